import type { BoundedInstrument, BoundedMeter, LabelValues } from '@dcc-mcp/bounded-meter';
import {
  BACKEND_ERROR_KINDS,
  ELECTION_OUTCOMES,
  EVICTION_REASONS,
  GOVERNANCE_EVENTS,
  METRIC_DCC_MCP_GATEWAY_BACKEND_ERRORS,
  METRIC_DCC_MCP_GATEWAY_CALLS_REJECTED,
  METRIC_DCC_MCP_GATEWAY_ELECTIONS,
  METRIC_DCC_MCP_GATEWAY_EVICTIONS,
  METRIC_DCC_MCP_GATEWAY_GOVERNANCE_EVENTS,
  METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH,
  METRIC_DCC_MCP_GATEWAY_PROBES,
  METRIC_DCC_MCP_GATEWAY_QUARANTINE_EVENTS,
  METRIC_DCC_MCP_GATEWAY_RESPONSE_TOKENS,
  METRIC_DCC_MCP_GATEWAY_SEARCHES,
  METRIC_DCC_MCP_GATEWAY_SEARCH_FOLLOWUPS,
  METRIC_DCC_MCP_GATEWAY_SEARCH_REFORMULATIONS,
  METRIC_DCC_MCP_GATEWAY_SESSIONS_ENDED,
  METRIC_DCC_MCP_NOTIFICATIONS_SENT,
  NOTIFICATION_CHANNELS,
  OAUTH_REFRESH_RESULTS,
  PROBE_OUTCOMES,
  QUARANTINE_ACTIONS,
  QUARANTINE_SCOPES,
  RANK_BUCKETS,
  REJECTION_REASONS,
  RESPONSE_SURFACES,
  SEARCH_FOLLOWUP_KINDS,
  SEARCH_RESULTS,
  SESSION_END_REASONS,
} from '@dcc-mcp/semantic-conventions';
import { definitionOf } from './metric-catalog.ts';

const one = (label: string, values: readonly string[]): LabelValues[] => values.map((value) => ({ [label]: value }));

/** A counter whose labels are all closed sets, by what it counts. */
export type GatewayFeature =
  | 'rejections'
  | 'backend_errors'
  | 'governance'
  | 'searches'
  | 'search_followups'
  | 'search_reformulations'
  | 'probes'
  | 'elections'
  | 'evictions'
  | 'notifications'
  | 'sessions_ended'
  | 'response_tokens'
  | 'quarantine'
  | 'oauth_refresh';

/** Each counter with all of its series. */
const COUNTERS: Readonly<Record<GatewayFeature, readonly [name: string, series: readonly LabelValues[]]>> = {
  rejections: [METRIC_DCC_MCP_GATEWAY_CALLS_REJECTED, one('reason', REJECTION_REASONS)],
  backend_errors: [METRIC_DCC_MCP_GATEWAY_BACKEND_ERRORS, one('kind', BACKEND_ERROR_KINDS)],
  governance: [
    METRIC_DCC_MCP_GATEWAY_GOVERNANCE_EVENTS,
    GOVERNANCE_EVENTS.map(([category, outcome]) => ({ category, outcome })),
  ],
  searches: [METRIC_DCC_MCP_GATEWAY_SEARCHES, one('result', SEARCH_RESULTS)],
  search_followups: [
    METRIC_DCC_MCP_GATEWAY_SEARCH_FOLLOWUPS,
    SEARCH_FOLLOWUP_KINDS.flatMap((kind) => RANK_BUCKETS.map((bucket) => ({ kind, rank_bucket: bucket }))),
  ],
  search_reformulations: [METRIC_DCC_MCP_GATEWAY_SEARCH_REFORMULATIONS, [{}]],
  probes: [METRIC_DCC_MCP_GATEWAY_PROBES, one('outcome', PROBE_OUTCOMES)],
  elections: [METRIC_DCC_MCP_GATEWAY_ELECTIONS, one('outcome', ELECTION_OUTCOMES)],
  evictions: [METRIC_DCC_MCP_GATEWAY_EVICTIONS, one('reason', EVICTION_REASONS)],
  notifications: [METRIC_DCC_MCP_NOTIFICATIONS_SENT, one('channel', NOTIFICATION_CHANNELS)],
  sessions_ended: [METRIC_DCC_MCP_GATEWAY_SESSIONS_ENDED, one('reason', SESSION_END_REASONS)],
  response_tokens: [METRIC_DCC_MCP_GATEWAY_RESPONSE_TOKENS, one('surface', RESPONSE_SURFACES)],
  quarantine: [
    METRIC_DCC_MCP_GATEWAY_QUARANTINE_EVENTS,
    QUARANTINE_SCOPES.flatMap((scope) => QUARANTINE_ACTIONS.map((action) => ({ scope, action }))),
  ],
  oauth_refresh: [METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH, one('result', OAUTH_REFRESH_RESULTS)],
};

/** Creates the counter of a feature with all its series at 0; there will be no others, so a label left out makes none. */
export function createClosedCounter(meter: BoundedMeter, feature: GatewayFeature): BoundedInstrument {
  const [name, series] = COUNTERS[feature];
  const instrument = meter.instrument(definitionOf(name));
  for (const labels of series) {
    instrument.declare(labels);
  }
  instrument.close();
  return instrument;
}
