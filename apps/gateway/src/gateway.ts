import { toFetchHandler } from '@dcc-mcp/http-adapter';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import type { CapturePolicy } from '@dcc-mcp/workflow-spans';
import { randomUUID } from 'node:crypto';
import { Catalog } from './catalog/catalog.ts';
import { createMemoryState, type SharedState } from './cluster/shared-state.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import { Governance } from './governance/governance.ts';
import type { App } from './http/app.ts';
import { healthRoutes } from './http/health-routes.ts';
import { InFlight } from './http/in-flight.ts';
import { createServedApps, type ServedApps } from './http/served-apps.ts';
import { toClientNotifications } from './mcp/notifications/registry-notifications.ts';
import { assembleMcp, type McpSide } from './mcp/server/assemble-mcp.ts';
import type { OperationCore } from './operations/frame/core.ts';
import { createInstruments, type GatewayInstruments, observeGateway } from './recording/gateway-instruments.ts';
import { createContextSettings, createGatewaySpans } from './recording/gateway-tracing.ts';
import { Recorder } from './recording/recorder.ts';
import { createSinks } from './recording/sinks.ts';
import { StreamCounts } from './recording/stream-counts.ts';
import { ConfiguredUpstreams } from './registry/configured-upstreams.ts';
import { Upstreams } from './registry/upstreams.ts';
import { informationRoutes } from './rest/information-routes.ts';
import { restRoutes } from './rest/rest-routes.ts';
import { ToolSearch } from './search/tool-search.ts';

/** What a gateway is made of: everything from outside comes in here. */
export interface GatewayParts {
  readonly config: GatewayConfig;
  readonly telemetry: Telemetry;
  readonly version: string;
  readonly capture: CapturePolicy;
  /** What this gateway shares with others; default: nothing. */
  readonly state?: SharedState;
  /** One line for people. */
  readonly log: (line: string) => void;
}

/** A gateway that is wired and not yet running. */
export interface Gateway extends Pick<McpSide, 'mcp' | 'sessions' | 'broadcast' | 'onStdioMessage'> {
  readonly app: App;
  /** The same for the Fetch API. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The scrape endpoint alone, for a listener of its own. Absent with metrics off. */
  readonly metricsApp: App | undefined;
  /** Connects the upstreams in the background. */
  start(): void;
  /** Takes over the upstreams, policy and limits of a changed configuration; what runs goes on. */
  apply(config: GatewayConfig): void;
  /** Refuses new work from now on; readiness says so. */
  drain(): void;
  /** Resolves when nothing runs any more, at the latest after `timeoutMillis`. */
  whenIdle(timeoutMillis: number): Promise<void>;
  /** Ends sessions and streams. */
  closeStreams(): Promise<void>;
  /** Ends the upstreams. */
  close(): Promise<void>;
}

/** Wires a gateway: the one place that knows every room. Nothing runs, nothing is connected, and no global is touched. */
export function assembleGateway(parts: GatewayParts): Gateway {
  return new AssembledGateway(parts);
}

class AssembledGateway implements Gateway {
  readonly app: App;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly metricsApp: App | undefined;
  readonly mcp: McpSide['mcp'];
  readonly sessions: McpSide['sessions'];
  readonly broadcast: McpSide['broadcast'];
  readonly onStdioMessage: McpSide['onStdioMessage'];
  readonly #parts: GatewayParts;
  readonly #state: SharedState;
  readonly #catalog = new Catalog();
  readonly #upstreams = new Upstreams();
  readonly #streams = new StreamCounts();
  readonly #inFlight = new InFlight();
  readonly #instruments: GatewayInstruments;
  readonly #governance: Governance;
  readonly #configured: ConfiguredUpstreams;
  readonly #observed: { stop(): void } | undefined;
  #isDraining = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#state = parts.state ?? createMemoryState();
    this.#governance = this.#createGovernance();
    this.#instruments = createInstruments({ ...parts, catalog: this.#catalog });
    const core = this.#createCore();
    const side = this.#createMcp(core);
    this.mcp = side.mcp;
    this.sessions = side.sessions;
    this.broadcast = side.broadcast;
    this.onStdioMessage = side.onStdioMessage;
    const { app, metricsApp } = this.#createApps(core, side);
    this.app = (http) => this.#inFlight.track(http, app);
    this.fetch = toFetchHandler(this.app);
    this.metricsApp = metricsApp;
    this.#configured = this.#createConfigured();
    const { metrics } = this.#instruments;
    const { sessions } = this;
    const observed = { sessions, catalog: this.#catalog, upstreams: this.#upstreams, streams: this.#streams };
    this.#observed = metrics && observeGateway(metrics, observed);
  }

  start(): void {
    this.#configured.apply(this.#parts.config);
  }

  apply(config: GatewayConfig): void {
    this.#governance.apply(config);
    this.#configured.apply(config);
  }

  drain(): void {
    this.#isDraining = true;
  }

  whenIdle(timeoutMillis: number): Promise<void> {
    return this.#inFlight.whenIdle(timeoutMillis);
  }

  closeStreams(): Promise<void> {
    this.broadcast.close();
    return this.sessions.close();
  }

  async close(): Promise<void> {
    await this.#upstreams.close();
    this.#observed?.stop();
    this.#instruments.metrics?.shutdown();
    this.#instruments.requests?.shutdown();
  }

  #createGovernance(): Governance {
    const { createQuotas, createLeases } = this.#state;
    const onError = this.#onError;
    return new Governance(this.#parts.config, {
      createQuotas,
      createLeases,
      now: Date.now,
      newId: randomUUID,
      onError,
    });
  }

  #createCore(): OperationCore {
    const { config, telemetry, capture } = this.#parts;
    const { searchMemory } = this.#state;
    const { metrics } = this.#instruments;
    const onError = this.#onError;
    const contextSettings = createContextSettings(config, telemetry);
    const sinks = createSinks({ isTracing: telemetry.isTracing, metrics, searchMemory, onError });
    return {
      catalog: this.#catalog,
      toolSearch: new ToolSearch(this.#catalog),
      upstreams: this.#upstreams,
      governance: this.#governance,
      contextSettings,
      spans: createGatewaySpans({ config, telemetry, capture, contextSettings }),
      searchMemory,
      recorder: new Recorder(sinks, onError),
      onError,
      now: () => performance.now(),
      newId: randomUUID,
    };
  }

  #createMcp(core: OperationCore): McpSide {
    const { config, version } = this.#parts;
    const { server, telemetry } = config;
    return assembleMcp({
      core,
      state: this.#state,
      streams: this.#streams,
      serverInfo: { name: 'dcc-mcp-gateway', title: server.name ?? 'DCC-MCP gateway', version },
      exposesAll: server.expose === 'all',
      hasProtocolSpans: telemetry.protocolSpans,
      bodyLimitBytes: server.bodyLimitBytes,
      begin: () => this.#inFlight.begin(),
    });
  }

  #createApps(core: OperationCore, { routes }: McpSide): ServedApps {
    const { config, version } = this.#parts;
    const { requests, scrapeHandler } = this.#instruments;
    const { bodyLimitBytes, publicUrl } = config.server;
    const upstreams = this.#upstreams;
    const isDraining = (): boolean => this.#isDraining;
    return createServedApps({
      config,
      routes: {
        ...routes,
        ...restRoutes(core, bodyLimitBytes),
        ...informationRoutes({ upstreams, catalog: this.#catalog, version, publicUrl }),
        ...healthRoutes({ upstreams, version, isDraining }),
      },
      contextSettings: core.contextSettings,
      routeSpans: config.telemetry.protocolSpans ? core.spans : undefined,
      requestMetrics: requests,
      scrape: scrapeHandler && ((request) => scrapeHandler.scrape(request)),
      isDraining,
      onError: this.#onError,
    });
  }

  #createConfigured(): ConfiguredUpstreams {
    const { version, log } = this.#parts;
    return new ConfiguredUpstreams({
      upstreams: this.#upstreams,
      catalog: this.#catalog,
      events: toClientNotifications(this.broadcast),
      metrics: this.#instruments.metrics,
      version,
      log,
    });
  }

  /** Tells what should not have been thrown on stderr, never to a caller. */
  readonly #onError = (error: unknown): void => {
    this.#parts.log(`internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
}
