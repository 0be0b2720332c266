import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { CallRow, RowLinks } from '../rows/call-row.ts';
import { present } from '../rows/present.ts';
import type { RowIdentity } from '../rows/row-identity.ts';
import type { SearchRow } from '../rows/search-row.ts';
import type { TraceRow } from '../rows/trace-row.ts';
import { bestRankOf } from './search-telemetry.ts';

/** What {@link workflows} are made of; one request may be a row of several lists. */
export interface WorkflowRows {
  readonly calls: Iterable<CallRow>;
  readonly searches: Iterable<SearchRow>;
  /** Of describes, loads and searches that failed; what is of other kinds is left out. */
  readonly traces: Iterable<TraceRow>;
}

/** What a search found, and what came of it; of a call, the search that it followed. */
export interface StepSearch {
  readonly search_id: string;
  readonly query_preview?: string;
  readonly selected_rank?: number;
  readonly score?: number;
  readonly match_reasons?: readonly string[];
  readonly zero_results?: boolean;
  readonly total?: number;
  readonly first_success_ms?: number;
}

/** One search, describe, load_skill or call. */
export interface WorkflowStep {
  /** The row_id. */
  readonly step_id: string;
  readonly kind: 'search' | 'describe' | 'load_skill' | 'call';
  readonly title: string;
  /** Of its end. */
  readonly timestamp: string;
  readonly status: 'ok' | 'err' | 'zero_results';
  readonly outcome: Outcome;
  readonly request_id: string;
  readonly trace_id: string;
  readonly parent_request_id?: string;
  readonly dcc_type?: string;
  readonly instance_id?: string;
  readonly tool?: string;
  readonly transport: RowIdentity['transport'];
  /** Absent of a search whose trace is not retained any more. */
  readonly duration_ms?: number;
  readonly search?: StepSearch;
  readonly links?: RowLinks;
}

/** A step with the row that it was made from. */
export interface SteppedRow {
  readonly step: WorkflowStep;
  readonly row: RowIdentity;
  /** Of a search. */
  readonly search?: SearchRow;
}

/** Each request once, oldest first. A batch is not a step: its calls are. */
export function toSteps({ calls, searches, traces }: WorkflowRows): readonly SteppedRow[] {
  const byId = new Map<string, TraceRow>();
  for (const trace of traces) {
    byId.set(trace.row_id, trace);
  }
  const found = new Map<string, SearchRow>();
  for (const search of searches) {
    found.set(search.row_id, search);
  }
  const searchOf = new Map([...found.values()].map((search) => [search.search_id, search]));
  const steps = new Map<string, SteppedRow>();
  for (const call of calls) {
    steps.set(call.row_id, { row: call, step: callStep(call, searchOf) });
  }
  for (const search of found.values()) {
    steps.set(search.row_id, { row: search, step: searchStep(search, byId.get(search.row_id)), search });
  }
  for (const trace of byId.values()) {
    const step = steps.has(trace.row_id) ? undefined : traceStep(trace);
    if (step !== undefined) {
      steps.set(trace.row_id, { row: trace, step });
    }
  }
  return [...steps.values()].toSorted((a, b) => (a.row.row_id < b.row.row_id ? -1 : 1));
}

type Shared = Pick<
  WorkflowStep,
  'step_id' | 'timestamp' | 'request_id' | 'trace_id' | 'parent_request_id' | 'transport'
>;

function sharedOf(row: RowIdentity): Shared {
  return {
    step_id: row.row_id,
    timestamp: row.timestamp,
    request_id: row.request_id,
    trace_id: row.trace_id,
    ...(row.parent_request_id === undefined ? {} : { parent_request_id: row.parent_request_id }),
    transport: row.transport,
  };
}

function callStep(call: CallRow, searchOf: ReadonlyMap<string, SearchRow>): WorkflowStep {
  const { search: followed, tool, status, outcome } = call;
  const search = followed === undefined ? undefined : searchOf.get(followed.search_id);
  return present({
    ...sharedOf(call),
    kind: 'call',
    title: tool,
    status,
    outcome,
    dcc_type: call.dcc_type,
    instance_id: call.instance_id,
    tool,
    duration_ms: call.duration_ms,
    search:
      followed === undefined
        ? undefined
        : present({
            search_id: followed.search_id,
            query_preview: search?.query_preview,
            selected_rank: followed.selected_rank,
            score: followed.score,
            match_reasons: search?.hits.find(({ tool_slug: slug }) => slug === tool)?.match_reasons,
          }),
  });
}

function searchStep(search: SearchRow, trace: TraceRow | undefined): WorkflowStep {
  return present({
    ...sharedOf(search),
    kind: 'search',
    title: `"${search.query_preview}"`,
    status: search.zero_results ? 'zero_results' : 'ok',
    outcome: 'ok',
    duration_ms: trace?.total_ms,
    search: present({
      search_id: search.search_id,
      query_preview: search.query_preview,
      selected_rank: bestRankOf(search),
      zero_results: search.zero_results,
      total: search.total,
      first_success_ms: search.first_success_ms,
    }),
  });
}

/** Of a call whose row is let go: the trace of one that failed is kept longer. */
function traceStep(trace: TraceRow): WorkflowStep | undefined {
  const { operation, status, outcome, tool } = trace;
  if (operation === 'call_batch') {
    return undefined;
  }
  return present({
    ...sharedOf(trace),
    kind: operation,
    title: tool === undefined ? operation : operation === 'call' ? tool : `${operation} ${tool}`,
    status,
    outcome,
    dcc_type: trace.dcc_type,
    instance_id: trace.instance_id,
    tool,
    duration_ms: trace.total_ms,
  });
}
