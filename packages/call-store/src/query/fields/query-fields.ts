import { ERROR_KINDS, OUTCOMES, RANK_BUCKETS, SEARCH_FOLLOWUP_KINDS } from '@dcc-mcp/semantic-conventions';
import { CORRELATION_NAMES } from '../../rows/activity.ts';
import type { CallRow } from '../../rows/call-row.ts';
import { DECISION_OUTCOMES, type DecisionRow } from '../../rows/decision-row.ts';
import { ACTIVITY_KINDS, type ActivityRow, type ContentionEvent, SEVERITIES } from '../../rows/event-rows.ts';
import { FRAME_LEGS, type TrafficFrame } from '../../rows/frame-row.ts';
import type { SearchRow } from '../../rows/search-row.ts';
import { TRACE_OPERATIONS, type TraceRow } from '../../rows/trace-row.ts';
import { BYTES, DURATION, FLAG, IDENTITY_FIELDS, NUMBER, oneOf, SEARCHED, TEXT, TIME } from './identity-fields.ts';
import type { QueryField, QueryFields } from './query-field.ts';
import { WORKFLOW_FIELDS } from './workflow-fields.ts';

/** Every column that holds a value of its own, so that a new one is not forgotten here. */
type Columns<Row, Nested extends keyof Row> = QueryFields &
  Readonly<Record<Exclude<keyof Row, Nested | 'links'>, QueryField>>;

const CALLS: Columns<CallRow, 'search' | 'policy'> = {
  ...IDENTITY_FIELDS,
  operation: oneOf(['call']),
  batch_index: NUMBER,
  tool: SEARCHED,
  tool_label: SEARCHED,
  backend_tool: TEXT,
  dcc_type: TEXT,
  instance_id: TEXT,
  skill_name: TEXT,
  outcome: oneOf(OUTCOMES),
  success: FLAG,
  status: oneOf(['ok', 'err']),
  error: { type: 'text', path: ['error', 'message'], isSearched: true },
  'error.kind': { type: 'enum', values: ERROR_KINDS, isSearched: true },
  'error.message': TEXT,
  'error.message_hash': { type: 'text', path: ['error', 'message'], derived: 'message-hash' },
  'error.retryable': FLAG,
  duration_ms: DURATION,
  queue_ms: DURATION,
  gateway_ms: DURATION,
  upstream_ms: DURATION,
  retries: NUMBER,
  input_bytes: BYTES,
  output_bytes: BYTES,
  input_tokens: NUMBER,
  output_tokens: NUMBER,
  'search.search_id': TEXT,
  'search.selected_rank': NUMBER,
  'search.score': NUMBER,
  'search.rank_bucket': oneOf(RANK_BUCKETS),
  'policy.outcome': oneOf(['allowed', 'denied', 'throttled']),
  'policy.reason': TEXT,
  job_id: SEARCHED,
};

const TRACES: Columns<TraceRow, never> = {
  ...IDENTITY_FIELDS,
  operation: oneOf(TRACE_OPERATIONS),
  tool: SEARCHED,
  dcc_type: TEXT,
  instance_id: TEXT,
  subject: SEARCHED,
  item_count: NUMBER,
  outcome: oneOf(OUTCOMES),
  success: FLAG,
  status: oneOf(['ok', 'err']),
  total_ms: DURATION,
  span_count: NUMBER,
  slowest_span_name: TEXT,
  slowest_span_ms: DURATION,
  input_bytes: BYTES,
  output_bytes: BYTES,
  input_tokens: NUMBER,
  output_tokens: NUMBER,
  total_tokens: NUMBER,
  is_slow: FLAG,
};

const SEARCHES: Columns<SearchRow, 'filters' | 'hits' | 'followups'> = {
  ...IDENTITY_FIELDS,
  search_id: SEARCHED,
  kind: oneOf(['fuzzy', 'exact']),
  ranker_version: TEXT,
  index_generation: NUMBER,
  query_preview: SEARCHED,
  query_hash: TEXT,
  total: NUMBER,
  zero_results: FLAG,
  reformulation_of: TEXT,
  first_success_ms: DURATION,
  'hits.tool_slug': TEXT,
  'followups.kind': oneOf(SEARCH_FOLLOWUP_KINDS),
  'followups.tool_slug': TEXT,
  'followups.selected_rank': NUMBER,
  'followups.success': FLAG,
};

const DECISIONS: Columns<DecisionRow, never> = {
  ...IDENTITY_FIELDS,
  operation: oneOf(TRACE_OPERATIONS),
  tool: SEARCHED,
  dcc_type: TEXT,
  outcome: oneOf(DECISION_OUTCOMES),
  reason: SEARCHED,
  message: SEARCHED,
  duration_ms: DURATION,
};

const EVENTS: Columns<ContentionEvent, never> = {
  timestamp: TIME,
  event: SEARCHED,
  dcc_type: SEARCHED,
  instance_id: SEARCHED,
  reason: SEARCHED,
  severity: oneOf(SEVERITIES),
  service_instance_id: TEXT,
};

const ACTIVITY: Columns<ActivityRow, 'correlation'> = {
  event_id: SEARCHED,
  timestamp: TIME,
  kind: oneOf(ACTIVITY_KINDS),
  severity: oneOf(SEVERITIES),
  status: TEXT,
  message: SEARCHED,
  ...correlationFields(),
};

const FRAMES: Columns<TrafficFrame, 'http' | 'headers' | 'identity'> = {
  row_id: SEARCHED,
  timestamp: TIME,
  request_id: SEARCHED,
  jsonrpc_id: TEXT,
  trace_id: SEARCHED,
  span_id: TEXT,
  session_id: SEARCHED,
  direction: oneOf(['inbound', 'outbound']),
  leg: oneOf(FRAME_LEGS),
  transport: oneOf(['http', 'stdio']),
  method: SEARCHED,
  tool: SEARCHED,
  dcc_type: TEXT,
  instance_id: TEXT,
  ...httpFields(),
  size_bytes: BYTES,
};

/** They are columns of ours, not attributes of OpenTelemetry. */
function httpFields(): QueryFields {
  const fields = Object.entries({ method: TEXT, route: TEXT, status: NUMBER });
  return Object.fromEntries(fields.map(([name, field]) => [`http.${name}`, field]));
}

/** Ids of the feed are named as in the rows it is made from. */
function correlationFields(): QueryFields {
  return Object.fromEntries(
    CORRELATION_NAMES.map((name) => [name, { type: 'text', path: ['correlation', name], isSearched: true } as const]),
  );
}

/** What can be asked of each kind of row: every column, by the name it has in the row; nested ones with dots. */
export const QUERY_FIELDS: {
  readonly [
    K in 'calls' | 'traces' | 'searches' | 'decisions' | 'events' | 'activity' | 'workflows' | 'frames'
  ]: QueryFields;
} = {
  calls: CALLS,
  traces: TRACES,
  searches: SEARCHES,
  decisions: DECISIONS,
  events: EVENTS,
  activity: ACTIVITY,
  workflows: WORKFLOW_FIELDS,
  frames: FRAMES,
};
