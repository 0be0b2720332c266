import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import {
  ATTR_DCC_MCP_UPSTREAM,
  EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
  EVENT_DCC_MCP_UPSTREAM_STATE,
} from '@dcc-mcp/semantic-conventions';
import type { Catalog } from '../catalog/catalog.ts';
import type { JsonObject } from '../protocol/json-rpc.ts';
import type { Log } from '../protocol/log.ts';
import type { Upstream, UpstreamEvents } from '../upstream/upstream.ts';

/** What the registry tells of its upstreams, for the clients of the gateway. */
export interface RegistryEvents {
  /** The catalog holds other tools, or an upstream says that its tools have changed. */
  onToolsChanged(): void;
  /** The readiness of an instance changed. */
  onInstanceChanged(instanceId: string): void;
  /** A list other than that of its tools, or a resource, of an upstream has changed. */
  onNotification(method: string, params: JsonObject | undefined): void;
}

/** What {@link upstreamEvents} works with. */
export interface UpstreamEventsOptions {
  readonly catalog: Catalog;
  readonly events: RegistryEvents;
  readonly metrics: GatewayMetrics | undefined;
  readonly log: Log;
}

/** Keeps catalog, metrics and log up to date with what upstreams say. A change of readiness is logged once. */
export function upstreamEvents({ catalog, events, metrics, log }: UpstreamEventsOptions): UpstreamEvents {
  /** Upstreams that announced a change: it is passed on after the list was read again, even if it reads the same. */
  const announced = new Set<string>();
  return {
    onTools(upstream, tools, hostTools) {
      const hasChanged = catalog.setTools({ ...upstream.settings, isLoaded: true }, tools, hostTools);
      if (announced.delete(upstream.settings.instanceId) || hasChanged) {
        events.onToolsChanged();
      }
    },
    onStatus: onStatus(events, log),
    onNotification(upstream, method, params) {
      if (method === 'notifications/tools/list_changed') {
        announced.add(upstream.settings.instanceId);
      } else {
        events.onNotification(method, params);
      }
    },
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

function onStatus(events: RegistryEvents, log: Log): (upstream: Upstream) => void {
  const logged = new Map<string, string>();
  /** The state of each upstream that {@link RegistryEvents.onInstanceChanged} was last called for. */
  const told = new Map<string, string>();
  const logCircuit = onCircuit(log);
  return (upstream) => {
    const { key, instanceId } = upstream.settings;
    const line = statusLine(upstream);
    // An upstream that fails is started again and again, so that it starts is not logged.
    // What it dies with may hold times and process ids: numbers make no news.
    const news = line.replaceAll(/[\da-f]*\d[\da-f]*/gi, '#');
    if (upstream.status.readiness !== 'booting' && logged.get(key) !== news) {
      logged.set(key, news);
      log(line, {
        severity: upstream.status.readiness === 'unreachable' ? 'warn' : 'info',
        event: EVENT_DCC_MCP_UPSTREAM_STATE,
        attributes: { [ATTR_DCC_MCP_UPSTREAM]: key },
      });
    }
    logCircuit(upstream);
    if (told.get(key) !== line) {
      told.set(key, line);
      events.onInstanceChanged(instanceId);
    }
  };
}

/** Tells once when calls to an upstream are refused after repeated failures, and when they no longer are. */
function onCircuit(log: Log): (upstream: Upstream) => void {
  const open = new Set<string>();
  return ({ settings: { key }, status: { isCircuitOpen } }) => {
    if (open.has(key) === isCircuitOpen) {
      return;
    }
    if (isCircuitOpen) {
      open.add(key);
    } else {
      open.delete(key);
    }
    const what = isCircuitOpen ? 'is called no more for now: it failed too often' : 'is called again';
    log(`upstream ${key} ${what}`, {
      severity: isCircuitOpen ? 'warn' : 'info',
      event: EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
      attributes: { [ATTR_DCC_MCP_UPSTREAM]: key },
    });
  };
}

function statusLine({ settings, status }: Upstream): string {
  const why = status.readiness === 'unreachable' && status.lastError !== undefined ? `: ${status.lastError}` : '';
  return `upstream ${settings.key} is ${status.readiness}${why}`;
}
