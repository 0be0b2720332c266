import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Governance } from '../../governance/governance.ts';
import type { Log } from '../../protocol/log.ts';
import type { Upstream, UpstreamEvents } from '../../upstream/upstream.ts';
import type { Leave } from '../table/leave.ts';
import type { Upstreams } from '../table/upstreams.ts';
import type { InstanceHistory } from './instance-history.ts';
import type { RegistryEvents } from './registry-events.ts';
import type { SessionOutputs } from './session-outputs.ts';
import { ToldStates } from './told-states.ts';

/** What {@link upstreamEvents} works with. */
export interface UpstreamEventsOptions {
  readonly catalog: Catalog;
  /** What is held of the tools that come. */
  readonly governance: Pick<Governance, 'quarantine'>;
  readonly events: RegistryEvents;
  readonly upstreams: Pick<Upstreams, 'stateOf' | 'millisToStale'>;
  readonly metrics: GatewayMetrics | undefined;
  readonly outputs: SessionOutputs;
  readonly history: InstanceHistory;
  readonly log: Log;
}

/** What an upstream tells of, and that it is no longer there. */
export interface RegistryUpstreamEvents extends UpstreamEvents {
  /** Told of an upstream whose row may show something else: its source has put it, or its tools are held or free. */
  readonly onRow: (upstream: Upstream) => void;
  /** @param leave Absent where another one takes its place. */
  readonly onRemoved: (upstream: Upstream, leave: Leave | undefined) => void;
}

/** Keeps catalog, metrics and log up to date with what upstreams say. A change of readiness is logged once. */
export function upstreamEvents(options: UpstreamEventsOptions): RegistryUpstreamEvents {
  const { catalog, governance, events, outputs, history } = options;
  /** Upstreams that announced a change: it is passed on after the list was read again, even if it reads the same. */
  const announced = new Set<string>();
  const told = new ToldStates(options);
  return {
    onTools(upstream, tools, hostTools) {
      const hasChanged = catalog.setTools({ ...upstream.settings, isLoaded: true }, tools, hostTools);
      // In the same turn, so that nothing is called that is to be held.
      governance.quarantine?.review(upstream.settings, catalog.recordsOf(upstream.settings.instanceId));
      if (announced.delete(upstream.settings.instanceId) || hasChanged) {
        events.onToolsChanged(upstream.settings.instanceId);
      }
      told.onRow(upstream);
    },
    onStatus: (upstream) => {
      history.onStatus(upstream);
      told.onStatus(upstream);
    },
    onDied: (upstream, reason) => told.onDied(upstream, reason),
    onRow: (upstream) => told.onRow(upstream),
    onRemoved: (upstream, leave) => {
      announced.delete(upstream.settings.instanceId);
      governance.quarantine?.forget(upstream.settings.instanceId);
      if (leave === undefined) {
        told.onReplaced(upstream);
      } else {
        rememberGone(upstream, leave, options);
        told.onGone(upstream, leave);
      }
    },
    onNotification(upstream, method, params) {
      if (method === 'notifications/tools/list_changed') {
        announced.add(upstream.settings.instanceId);
      } else {
        events.onNotification(method, params, upstream.settings.instanceId);
      }
    },
    ...outputEvents(outputs),
    ...otherEvents(options),
  };
}

/** The tools of a server that was stopped until its next use stay known; probes and sessions are counted. */
function otherEvents({ catalog, events, metrics }: UpstreamEventsOptions): UpstreamEvents {
  return {
    onUnloaded: ({ settings }) => catalog.unload(settings) && events.onToolsChanged(),
    onOauthRefresh: (_upstream, refresh) => metrics?.recordOauthRefresh(refresh),
    onProbe: (_upstream, outcome) => metrics?.recordProbe(outcome),
    onSessionEnd: (upstream, end) => metrics?.recordSession(toSession(upstream, end)),
  };
}

function outputEvents(outputs: SessionOutputs): Pick<UpstreamEvents, 'onStderr' | 'onHostEvents'> {
  return {
    onStderr: (upstream, line, bytes) => outputs.addLine(upstream, line, bytes),
    onHostEvents: (upstream, told, missed) => outputs.addHostEvents(upstream, told, missed),
  };
}

function rememberGone(upstream: Upstream, leave: Leave, { history, metrics }: UpstreamEventsOptions): void {
  history.onGone(upstream, leave.reason);
  if (leave.eviction !== undefined) {
    metrics?.recordEviction(leave.eviction);
  }
}

type Session = Parameters<GatewayMetrics['recordSession']>[0];

function toSession(
  { settings }: Upstream,
  { isLost, durationSeconds }: { readonly isLost: boolean; readonly durationSeconds: number },
): Session {
  return {
    side: 'client',
    durationSeconds,
    transport: settings.transport.type === 'http' ? 'tcp' : 'pipe',
    errorType: isLost ? 'backend_unreachable' : undefined,
  };
}
