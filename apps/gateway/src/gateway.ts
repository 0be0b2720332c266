import { toFetchHandler } from '@dcc-mcp/http-adapter';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import type { CapturePolicy } from '@dcc-mcp/workflow-spans';
import { randomUUID } from 'node:crypto';
import { Catalog } from './catalog/catalog.ts';
import { createMemoryState, type SharedState } from './cluster/shared-state.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import { createApps } from './gateway-apps.ts';
import { Governance } from './governance/governance.ts';
import type { App } from './http/app.ts';
import { InFlight } from './http/in-flight.ts';
import { recordAnswer } from './mcp/exchange/answer-size.ts';
import { InputRequired } from './mcp/input-rounds/input-required.ts';
import { Broadcast } from './mcp/notifications/broadcast.ts';
import { toClientNotifications } from './mcp/notifications/registry-notifications.ts';
import { PassThrough } from './mcp/pass-through/pass-through.ts';
import { SearchMode } from './mcp/search-mode/search-mode.ts';
import type { McpMode } from './mcp/server/mcp-mode.ts';
import { createProtocolSpans } from './mcp/server/protocol-spans.ts';
import { McpServer } from './mcp/server/server.ts';
import { Sessions } from './mcp/session/sessions.ts';
import { isNotification } from './mcp/transport/event-stream.ts';
import type { OperationCore } from './operations/frame/core.ts';
import type { JsonRpcMessage, JsonRpcRequest } from './protocol/json-rpc.ts';
import { createInstruments, type GatewayInstruments, observeGateway } from './recording/gateway-instruments.ts';
import { createContextSettings, createGatewaySpans } from './recording/gateway-tracing.ts';
import { createGovernanceSink } from './recording/governance-sink.ts';
import { createMetricsSink } from './recording/metrics-sink.ts';
import { Recorder, type Sink } from './recording/recorder.ts';
import { createSearchMemorySink } from './recording/search-memory-sink.ts';
import { spanSink } from './recording/span-sink.ts';
import { StreamCounts } from './recording/stream-counts.ts';
import { ConfiguredUpstreams } from './registry/configured-upstreams.ts';
import { Upstreams } from './registry/upstreams.ts';
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
export interface Gateway {
  readonly app: App;
  /** The same for the Fetch API. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The scrape endpoint alone, for a listener of its own. Absent with metrics off. */
  readonly metricsApp: App | undefined;
  readonly mcp: McpServer;
  readonly sessions: Sessions;
  readonly broadcast: Broadcast;
  /** Told of each message written on the standard streams, with the request that it answers. */
  onStdioMessage(message: JsonRpcMessage, request?: JsonRpcRequest): void;
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

/** Wires a gateway. Nothing runs, nothing is connected, and no global is touched. */
export function assembleGateway(parts: GatewayParts): Gateway {
  return new AssembledGateway(parts);
}

function now(): number {
  return performance.now();
}

class AssembledGateway implements Gateway {
  readonly app: App;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly metricsApp: App | undefined;
  readonly mcp: McpServer;
  readonly sessions: Sessions;
  readonly broadcast: Broadcast;
  readonly #parts: GatewayParts;
  readonly #state: SharedState;
  readonly #catalog = new Catalog();
  readonly #upstreams = new Upstreams();
  readonly #streams = new StreamCounts();
  readonly #inFlight = new InFlight();
  readonly #instruments: GatewayInstruments;
  readonly #governance: Governance;
  readonly #configured: ConfiguredUpstreams;
  readonly #recorder: Recorder;
  readonly #mode: McpMode;
  readonly #observed: { stop(): void } | undefined;
  #isDraining = false;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#state = parts.state ?? createMemoryState();
    this.#governance = this.#createGovernance();
    this.#instruments = createInstruments({ ...parts, catalog: this.#catalog });
    this.#recorder = new Recorder(this.#createSinks(), (error) => this.#onDefect(error));
    this.sessions = this.#createSessions();
    this.broadcast = this.#createBroadcast();
    const core = this.#createCore();
    this.#mode = parts.config.server.expose === 'all' ? this.#createPassThrough(core) : new SearchMode(core);
    this.mcp = this.#createMcp(core);
    const apps = this.#createApps(core);
    this.app = (http) => this.#inFlight.track(http, apps.main);
    this.fetch = toFetchHandler(this.app);
    this.metricsApp = apps.metrics;
    this.#configured = this.#createConfigured();
    const { metrics } = this.#instruments;
    const { sessions } = this;
    const observed = { sessions, catalog: this.#catalog, upstreams: this.#upstreams, streams: this.#streams };
    this.#observed = metrics && observeGateway(metrics, observed);
  }

  onStdioMessage(message: JsonRpcMessage, request?: JsonRpcRequest): void {
    if (!this.#recorder.isRecording) {
      return;
    }
    if (isNotification(message)) {
      this.#recorder.record({ kind: 'notification', channel: 'stdio' });
    } else if (request !== undefined) {
      recordAnswer(this.#recorder, request, Buffer.byteLength(JSON.stringify(message)));
    }
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
    return new Governance(this.#parts.config, {
      createQuotas: this.#state.createQuotas,
      createLeases: this.#state.createLeases,
      now: Date.now,
      newId: randomUUID,
      onError: (error) => this.#onDefect(error),
    });
  }

  #createPassThrough(core: OperationCore): PassThrough {
    const subscribedUris = (): Promise<ReadonlySet<string>> => this.broadcast.subscribedUris();
    return new PassThrough(core, { resourceOwners: this.#state.resourceOwners, subscribedUris });
  }

  #createInputRequired(): InputRequired {
    return new InputRequired({
      rounds: this.#state.inputRounds,
      gatewayId: randomUUID(),
      now: Date.now,
      newId: randomUUID,
      onError: (error) => this.#onDefect(error),
    });
  }

  #createSessions(): Sessions {
    return new Sessions({
      records: this.#state.sessions,
      now: Date.now,
      newId: randomUUID,
      onError: (error) => this.#onDefect(error),
      onEnd: ({ record, subscriptions }, reason) => {
        const transport = record.transport === 'http' ? 'tcp' : 'pipe';
        const durationSeconds = (Date.now() - record.startedAt) / 1000;
        this.#recorder.record({ kind: 'session', reason, transport, durationSeconds });
        if (subscriptions.length > 0 && reason !== 'shutdown') {
          this.#mode.subscriptionsChanged();
        }
      },
    });
  }

  #createBroadcast(): Broadcast {
    return new Broadcast({
      sessions: this.sessions,
      onNotificationSent: () => this.#recorder.record({ kind: 'notification', channel: 'sse' }),
      onStream: (change) => this.#streams.add('subscription', change),
      hasUpstreamLists: this.#parts.config.server.expose === 'all',
      onSubscriptions: () => this.#mode.subscriptionsChanged(),
      onError: (error) => this.#onDefect(error),
    });
  }

  #createApps(core: OperationCore): ReturnType<typeof createApps> {
    const { config, version } = this.#parts;
    return createApps({
      config,
      core,
      version,
      mcp: this.mcp,
      sessions: this.sessions,
      streams: this.#streams,
      instruments: this.#instruments,
      isDraining: () => this.#isDraining,
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

  #createSinks(): readonly Sink[] {
    const { metrics } = this.#instruments;
    const onError = (error: unknown): void => this.#onDefect(error);
    return [
      ...(this.#parts.telemetry.isTracing ? [spanSink] : []),
      ...(metrics === undefined
        ? []
        : [
            createMetricsSink(metrics),
            createGovernanceSink(metrics),
            createSearchMemorySink(this.#state.searchMemory, onError),
          ]),
    ];
  }

  #createCore(): OperationCore {
    const { config, telemetry, capture } = this.#parts;
    const contextSettings = createContextSettings(config, telemetry);
    const onError = (error: unknown): void => this.#onDefect(error);
    return {
      catalog: this.#catalog,
      toolSearch: new ToolSearch(this.#catalog),
      upstreams: this.#upstreams,
      governance: this.#governance,
      contextSettings,
      spans: createGatewaySpans(config, telemetry, capture, contextSettings),
      searchMemory: this.#state.searchMemory,
      recorder: this.#recorder,
      onError,
      now,
      newId: randomUUID,
    };
  }

  #createMcp(core: OperationCore): McpServer {
    const { config, version } = this.#parts;
    const { recorder } = core;
    return new McpServer({
      serverInfo: { name: 'dcc-mcp-gateway', title: config.server.name ?? 'DCC-MCP gateway', version },
      mode: this.#mode,
      sessions: this.sessions,
      broadcast: this.broadcast,
      inputRequired: this.#createInputRequired(),
      now,
      onError: (error) => this.#onDefect(error),
      begin: () => this.#inFlight.begin(),
      ...(config.telemetry.protocolSpans ? { beginSpan: createProtocolSpans(core) } : {}),
      ...(recorder.isRecording ? { onFinished: (finished) => recorder.record(finished) } : {}),
    });
  }

  /** What should not have been thrown: told on stderr, never to a caller. */
  #onDefect(error: unknown): void {
    this.#parts.log(`defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
