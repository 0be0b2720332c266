import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import type { Catalog } from '../../catalog/catalog.ts';
import { type JsonObject, textOf } from '../../protocol/json-rpc.ts';
import type { Upstream, UpstreamEvents } from '../../upstream/upstream.ts';
import { CATALOG_URI, INSTANCES_URI } from '../search-mode/gateway-resources.ts';
import type { Broadcast } from './broadcast.ts';

/** Who is told of what happens at upstreams. */
export interface UpstreamEventsOptions {
  readonly catalog: Catalog;
  readonly broadcast: Broadcast;
  readonly metrics: GatewayMetrics | undefined;
  /** One line for people. */
  readonly log: (line: string) => void;
}

/** Events of all upstreams. A change of readiness is said once, on stderr. */
export function upstreamEvents({ catalog, broadcast, metrics, log }: UpstreamEventsOptions): UpstreamEvents {
  const said = new Map<string, string>();
  /** What subscribers of the instances were last told of each upstream. */
  const shown = new Map<string, string>();
  /** Upstreams that announced a change: their clients are told after the list was read again, even if it reads the same. */
  const announced = new Set<string>();
  return {
    onTools(upstream, tools) {
      const hasChanged = catalog.setTools({ ...upstream.settings, isLoaded: true }, tools);
      if (announced.delete(upstream.settings.instanceId) || hasChanged) {
        broadcast.listChanged('tools');
        broadcast.resourceUpdated(CATALOG_URI);
      }
    },
    onStatus(upstream) {
      const { key, instanceId } = upstream.settings;
      const line = statusLine(upstream);
      // That it starts is no news: an upstream that fails is started again and again.
      if (upstream.status.readiness !== 'booting' && said.get(key) !== line) {
        said.set(key, line);
        log(line);
      }
      if (shown.get(key) !== line) {
        shown.set(key, line);
        broadcast.resourceUpdated(INSTANCES_URI);
        broadcast.resourceUpdated(`${INSTANCES_URI}/${instanceId}`);
      }
    },
    onNotification(upstream, method, params) {
      if (method === 'notifications/tools/list_changed') {
        announced.add(upstream.settings.instanceId);
      } else {
        passOn(broadcast, method, params);
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

/** Tells the gateway's clients what an upstream tells the gateway; what they don't know of is dropped. */
function passOn(broadcast: Broadcast, method: string, params: JsonObject | undefined): void {
  switch (method) {
    case 'notifications/resources/updated':
      broadcast.resourceUpdated(textOf(params?.['uri']));
      break;
    case 'notifications/resources/list_changed':
      broadcast.listChanged('resources');
      break;
    case 'notifications/prompts/list_changed':
      broadcast.listChanged('prompts');
      break;
    case 'notifications/message':
      broadcast.logMessage(params);
      break;
    default:
      break;
  }
}

function statusLine({ settings, status }: Upstream): string {
  const why = status.readiness === 'unreachable' && status.lastError !== undefined ? `: ${status.lastError}` : '';
  return `upstream ${settings.key} is ${status.readiness}${why}`;
}
