import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import {
  ATTR_DCC_MCP_UPSTREAM,
  EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
  EVENT_DCC_MCP_UPSTREAM_STATE,
} from '@dcc-mcp/semantic-conventions';
import type { Catalog } from '../catalog/catalog.ts';
import type { JsonObject } from '../protocol/json-rpc.ts';
import type { Log } from '../protocol/log.ts';
import type { Upstream, UpstreamEvents, UpstreamSettings } from '../upstream/upstream.ts';
import type { SessionOutputs } from './session-outputs.ts';

/** What the registry tells of its upstreams, for the clients of the gateway. */
export interface RegistryEvents {
  /** The catalog holds other tools, or an upstream says that its tools have changed. */
  onToolsChanged(): void;
  /** The readiness of an instance changed. */
  onInstanceChanged(instanceId: string): void;
  /** An instance wrote something. */
  onOutput(instanceId: string): void;
  /** A list other than that of its tools, or a resource, of an upstream has changed. */
  onNotification(method: string, params: JsonObject | undefined): void;
}

/** What {@link upstreamEvents} works with. */
export interface UpstreamEventsOptions {
  readonly catalog: Catalog;
  readonly events: RegistryEvents;
  readonly metrics: GatewayMetrics | undefined;
  readonly outputs: SessionOutputs;
  readonly log: Log;
}

/** What an upstream tells of, and that it is gone: whatever stands in its place is news again. */
export interface RegistryUpstreamEvents extends UpstreamEvents {
  readonly onRemoved: (settings: Pick<UpstreamSettings, 'key' | 'instanceId'>) => void;
}

/** Numbers: those that say what is wrong (captured), then times, process ids and the like, as hexadecimal digits too. */
const NUMBERS = /(\b(?:HTTP \d{3}|exited with code -?\d+)\b)|[\da-f]*\d[\da-f]*/gi;

/** Keeps catalog, metrics and log up to date with what upstreams say. A change of readiness is logged once. */
export function upstreamEvents({
  catalog,
  events,
  metrics,
  outputs,
  log,
}: UpstreamEventsOptions): RegistryUpstreamEvents {
  /** Upstreams that announced a change: it is passed on after the list was read again, even if it reads the same. */
  const announced = new Set<string>();
  const told = new ToldStates(events, log);
  return {
    onTools(upstream, tools, hostTools) {
      const hasChanged = catalog.setTools({ ...upstream.settings, isLoaded: true }, tools, hostTools);
      if (announced.delete(upstream.settings.instanceId) || hasChanged) {
        events.onToolsChanged();
      }
    },
    onStatus: (upstream) => told.onStatus(upstream),
    onRemoved: ({ key, instanceId }) => {
      announced.delete(instanceId);
      told.forget(key);
    },
    onNotification(upstream, method, params) {
      if (method === 'notifications/tools/list_changed') {
        announced.add(upstream.settings.instanceId);
      } else {
        events.onNotification(method, params);
      }
    },
    onStderr: (upstream, line) => outputs.addLine(upstream, line),
    onProbe: (_upstream, outcome) => metrics?.recordProbe(outcome),
    onSessionEnd: ({ settings }, { isLost, durationSeconds }) =>
      metrics?.recordSession({
        side: 'client',
        durationSeconds,
        transport: settings.transport.type === 'http' ? 'tcp' : 'pipe',
        errorType: isLost ? 'backend_unreachable' : undefined,
      }),
  };
}

/** What was told of each upstream by its key, so that the same is not told again. */
class ToldStates {
  readonly #events: RegistryEvents;
  readonly #log: Log;
  readonly #logged = new Map<string, string>();
  /** The state of each upstream that {@link RegistryEvents.onInstanceChanged} was last called for. */
  readonly #told = new Map<string, string>();
  /** Upstreams whose calls are refused after repeated failures. */
  readonly #open = new Set<string>();

  constructor(events: RegistryEvents, log: Log) {
    this.#events = events;
    this.#log = log;
  }

  onStatus(upstream: Upstream): void {
    const { key, instanceId } = upstream.settings;
    const line = statusLine(upstream);
    // An upstream that fails is started again and again, so that it starts is not logged.
    // What it dies with may hold times and process ids: such numbers make no news.
    const news = line.replaceAll(NUMBERS, (_, telling: string | undefined) => telling ?? '#');
    if (upstream.status.readiness !== 'booting' && this.#logged.get(key) !== news) {
      this.#logged.set(key, news);
      this.#log(line, {
        severity: upstream.status.readiness === 'unreachable' ? 'warn' : 'info',
        event: EVENT_DCC_MCP_UPSTREAM_STATE,
        attributes: { [ATTR_DCC_MCP_UPSTREAM]: key },
      });
    }
    this.#logCircuit(upstream);
    if (this.#told.get(key) !== line) {
      this.#told.set(key, line);
      this.#events.onInstanceChanged(instanceId);
    }
  }

  forget(key: string): void {
    this.#logged.delete(key);
    this.#told.delete(key);
    this.#open.delete(key);
  }

  /** Tells once when calls to an upstream are refused after repeated failures, and when they no longer are. */
  #logCircuit({ settings: { key }, status: { isCircuitOpen } }: Upstream): void {
    if (this.#open.has(key) === isCircuitOpen) {
      return;
    }
    if (isCircuitOpen) {
      this.#open.add(key);
    } else {
      this.#open.delete(key);
    }
    const what = isCircuitOpen ? 'is called no more for now: it failed too often' : 'is called again';
    this.#log(`upstream ${key} ${what}`, {
      severity: isCircuitOpen ? 'warn' : 'info',
      event: EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
      attributes: { [ATTR_DCC_MCP_UPSTREAM]: key },
    });
  }
}

function statusLine({ settings, status }: Upstream): string {
  const why = status.readiness === 'unreachable' && status.lastError !== undefined ? `: ${status.lastError}` : '';
  return `upstream ${settings.key} is ${status.readiness}${why}`;
}
