// Rows as a gateway would make them, with ids that tell them apart.
import {
  type CallRow,
  type CallStore,
  type ContentionEvent,
  newRowId,
  type RowIdentity,
  type SearchRow,
  type Trace,
} from '@dcc-mcp/call-store';

const START = Date.UTC(2026, 10, 29, 10);

/** Time `seconds` after the hour, as rows have it. */
export const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
/** The same in milliseconds. */
export const millisAt = (seconds: number): number => START + seconds * 1000;

export function identity(number: number): RowIdentity {
  return {
    row_id: newRowId(),
    timestamp: at(number),
    request_id: `req-${number}`,
    trace_id: String(number).padStart(32, '0'),
    span_id: String(number).padStart(16, '0'),
    trace_sampled: true,
    trace_carrier: 'none',
    transport: 'mcp',
    attribution_trust: {},
  };
}

export function callRow(number: number, changes: Partial<CallRow> = {}): CallRow {
  return {
    ...identity(number),
    operation: 'call',
    tool: 'maya.a1b2c3d4.create_sphere',
    tool_label: 'maya__create_sphere',
    dcc_type: 'maya',
    outcome: 'ok',
    success: true,
    status: 'ok',
    duration_ms: number,
    input_bytes: 100,
    output_bytes: 200,
    input_tokens: 25,
    output_tokens: 50,
    ...changes,
  };
}

export const FAILED = {
  outcome: 'timeout',
  success: false,
  status: 'err',
  error: { kind: 'timeout', message: 'no answer within 2000 ms', retryable: false },
} as const satisfies Partial<CallRow>;

export function traceOf(number: number, changes: Partial<Trace> = {}): Trace {
  return {
    ...identity(number),
    operation: 'call',
    tool: 'maya.a1b2c3d4.create_sphere',
    outcome: 'ok',
    success: true,
    status: 'ok',
    total_ms: number,
    span_count: 1,
    slowest_span_name: 'gateway.call',
    slowest_span_ms: number,
    input_bytes: 0,
    output_bytes: 0,
    input_tokens: 0,
    output_tokens: 0,
    total_tokens: 0,
    is_slow: false,
    started_at: at(number),
    spans: [
      {
        span_id: String(number).padStart(16, '0'),
        name: 'gateway.call',
        kind: 'server',
        started_ms: 0,
        duration_ms: number,
        ok: true,
        attributes: {},
      },
    ],
    ...changes,
  };
}

export function searchRow(number: number, changes: Partial<SearchRow> = {}): SearchRow {
  return {
    ...identity(number),
    search_id: `search-${number}`,
    kind: 'fuzzy',
    ranker_version: 'bm25-1',
    index_generation: 1,
    query_preview: 'make a sphere',
    query_hash: 'aaaa',
    filters: {},
    total: 1,
    zero_results: false,
    hits: [{ tool_slug: 'maya.a1b2c3d4.create_sphere', rank: 1, score: 2, match_reasons: ['name'] }],
    followups: [],
    ...changes,
  };
}

export function contention(number: number): ContentionEvent {
  return {
    timestamp: at(number),
    event: 'election_won',
    dcc_type: 'maya',
    instance_id: `i-${number}`,
    severity: 'info',
  };
}

/** What the feed is made of: six entries, and a trace that is none. */
export function appendOfEach(store: CallStore): void {
  store.append('calls', callRow(1, FAILED));
  store.append('searches', searchRow(2, { zero_results: true, total: 0, hits: [] }));
  store.append('traces', traceOf(3, { operation: 'describe' }));
  store.append('traces', traceOf(4, { operation: 'call' }));
  store.append('events', contention(5));
  store.append('traces', traceOf(6, { operation: 'search', success: false, outcome: 'bad_request', status: 'err' }));
  store.append('activity', {
    event_id: 'config:1',
    timestamp: new Date().toISOString(),
    kind: 'config',
    severity: 'info',
    status: 'changed',
    message: 'settings were read again',
    correlation: {},
  });
}
