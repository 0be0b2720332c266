import type { CallRow } from './call-row.ts';
import type { ActivityRow, ContentionEvent, Severity } from './event-rows.ts';
import { pick, present } from './present.ts';
import type { RowIdentity } from './row-identity.ts';
import type { SearchRow } from './search-row.ts';
import type { TraceRow } from './trace-row.ts';

/** A call as an entry of the feed. */
export function activityOfCall(row: CallRow): ActivityRow {
  const { outcome, tool, error, duration_ms: millis } = row;
  return {
    event_id: `tool_call:${row.row_id}`,
    timestamp: row.timestamp,
    kind: 'tool_call',
    severity: severityOf(row),
    status: outcome,
    message: `${tool}: ${outcome} after ${Math.round(millis)} ms${error === undefined ? '' : ` (${error.message})`}`,
    correlation: correlationOf(row),
    ...(row.links === undefined ? {} : { links: row.links }),
  };
}

/** A search as an entry of the feed. */
export function activityOfSearch(row: SearchRow): ActivityRow {
  return {
    event_id: `search:${row.row_id}`,
    timestamp: row.timestamp,
    kind: 'search',
    severity: row.zero_results ? 'warning' : 'info',
    status: row.zero_results ? 'zero_results' : 'ok',
    message: `"${row.query_preview}": ${row.total} ${row.total === 1 ? 'hit' : 'hits'}`,
    correlation: correlationOf(row),
    ...(row.links === undefined ? {} : { links: row.links }),
  };
}

/** A describe, load_skill or failed search as an entry of the feed; calls and answered searches have rows of their own. */
export function activityOfTrace(row: TraceRow): ActivityRow | undefined {
  const { operation, outcome, success } = row;
  const isFailedSearch = operation === 'search' && !success;
  if (operation !== 'describe' && operation !== 'load_skill' && !isFailedSearch) {
    return undefined;
  }
  return {
    event_id: `${isFailedSearch ? 'failed_search' : operation}:${row.row_id}`,
    timestamp: row.timestamp,
    kind: operation,
    severity: severityOf(row),
    status: outcome,
    message: `${operation}${row.tool === undefined ? '' : ` ${row.tool}`}: ${outcome}`,
    correlation: correlationOf(row),
    ...(row.links === undefined ? {} : { links: row.links }),
  };
}

/** An election, eviction or probe as an entry of the feed. */
export function activityOfEvent(id: string, event: ContentionEvent): ActivityRow {
  const { dcc_type: dccType, instance_id: instanceId, reason, service_instance_id: gateway } = event;
  return {
    event_id: `contention:${id}`,
    timestamp: event.timestamp,
    kind: 'contention',
    severity: event.severity,
    status: event.event,
    message: `${event.event} ${dccType} ${instanceId}${reason === undefined ? '' : `: ${reason}`}`,
    correlation: present({ dcc_type: dccType, instance_id: instanceId, service_instance_id: gateway }),
  };
}

const CLIENTS_OWN = new Set(['bad_request', 'cancelled', 'denied', 'throttled', 'unknown_tool']);

function severityOf({ success, outcome }: Pick<TraceRow, 'success' | 'outcome'>): Severity {
  if (success) {
    return 'info';
  }
  return CLIENTS_OWN.has(outcome) ? 'warning' : 'error';
}

const CORRELATION = [
  'request_id',
  'trace_id',
  'span_id',
  'parent_request_id',
  'session_id',
  'instance_id',
  'dcc_type',
  'tool',
  'job_id',
  'search_id',
  'agent_id',
  'actor_id',
  'service_instance_id',
] as const;

/** The ids of the feed that a row can have. */
export type CorrelationName = (typeof CORRELATION)[number];

/** The names of the ids in `correlation`. */
export const CORRELATION_NAMES: readonly CorrelationName[] = CORRELATION;

function correlationOf(
  row: RowIdentity & { readonly [name in CorrelationName]?: string },
): Readonly<Record<string, string>> {
  return pick(row, CORRELATION);
}
