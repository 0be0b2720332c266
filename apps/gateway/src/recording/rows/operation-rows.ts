import {
  type CallRow,
  type DecisionRow,
  type SearchRow,
  summarizeSpans,
  type Trace,
  type TraceOperation,
} from '@dcc-mcp/call-store';
import { toRankBucket } from '@dcc-mcp/gateway-metrics';
import { statusOfOutcome } from '@dcc-mcp/request-context';
import { OPERATION_CALL } from '@dcc-mcp/semantic-conventions';
import type { CallTiming, SearchDetails } from '../record/finished.ts';
import type { PolicyFacts } from '../record/operation-trail.ts';
import type { KeptOperation } from './kept/kept-operation.ts';
import type { KeptDetails, OperationFacts } from './kept/operation-facts.ts';
import { toPreview } from './preview.ts';
import { type HiddenPlaces, redactJson } from './redact-json.ts';
import { subjectOf } from './subject.ts';
import { toMicrosecond, toTraceSpans } from './trace-spans.ts';

const MAX_QUERY_BYTES = 120;
const MAX_FILTER_BYTES = 2_048;
const MAX_HITS = 25;
/** The tool of a call that names none there is. */
const UNKNOWN_TOOL = '_unknown';

/** The row of a call; queue, gateway and upstream add up to its duration. */
export function toCallRow(facts: OperationFacts): CallRow {
  const { error, details, durationMillis, trail, identity, sizes } = facts;
  const { record, batchIndex, timing } = details;
  const retries = trail.hops.reduce((sum, { failedTries }) => sum + failedTries.length, 0);
  const jobId = trail.jobId ?? trail.hops.findLast(({ ending }) => ending?.jobId !== undefined)?.ending?.jobId;
  return {
    ...identity,
    operation: 'call',
    ...(batchIndex === undefined ? {} : { batch_index: batchIndex }),
    tool: record?.slug ?? UNKNOWN_TOOL,
    tool_label: record?.label ?? UNKNOWN_TOOL,
    ...placeOf(record),
    ...endingOf(facts),
    ...(error === undefined ? {} : { error }),
    ...durationsOf(durationMillis, timing),
    ...(retries === 0 ? {} : { retries }),
    ...sizes,
    ...searchOf(facts),
    ...(trail.policy === undefined ? {} : { policy: trail.policy }),
    ...(jobId === undefined ? {} : { job_id: jobId }),
  };
}

function placeOf(
  record: KeptDetails['record'],
): Pick<CallRow, 'backend_tool' | 'dcc_type' | 'instance_id' | 'skill_name'> {
  return record === undefined
    ? {}
    : {
        backend_tool: record.backendTool,
        dcc_type: record.dccType,
        instance_id: record.instanceId,
        ...(record.skillName === undefined ? {} : { skill_name: record.skillName }),
      };
}

function endingOf({ outcome }: OperationFacts): Pick<CallRow, 'outcome' | 'success' | 'status'> {
  const success = statusOfOutcome(outcome) === 'success';
  return { outcome, success, status: success ? 'ok' : 'err' };
}

type Durations = Pick<CallRow, 'duration_ms' | 'queue_ms' | 'gateway_ms' | 'upstream_ms'>;

/**
 * To the microsecond. A call that was never taken into a queue spent its time in the gateway, which is told of no phase; one
 * that ended in the queue had no time of the upstream.
 */
function durationsOf(durationMillis: number, timing: CallTiming | undefined): Durations {
  const duration = toMicrosecond(durationMillis);
  if (timing === undefined) {
    return { duration_ms: duration };
  }
  const queue = Math.min(toMicrosecond(timing.queueMillis), duration);
  const rest = toMicrosecond(duration - queue);
  if (timing.upstreamMillis === undefined) {
    return { duration_ms: duration, queue_ms: queue, gateway_ms: rest };
  }
  const upstream = Math.min(toMicrosecond(timing.upstreamMillis), rest);
  return {
    duration_ms: duration,
    queue_ms: queue,
    gateway_ms: toMicrosecond(rest - upstream),
    upstream_ms: upstream,
  };
}

function searchOf({ join }: OperationFacts): Pick<CallRow, 'search'> {
  if (join === undefined) {
    return {};
  }
  const { searchId, selectedRank, score } = join;
  return {
    search: {
      search_id: searchId,
      rank_bucket: selectedRank === undefined ? 'unknown' : toRankBucket(selectedRank),
      ...(selectedRank === undefined ? {} : { selected_rank: selectedRank }),
      ...(score === undefined ? {} : { score }),
    },
  };
}

/** The trace of one operation. */
export function toTrace({ input, output, isExported, items, kept }: KeptOperation, isSlow: boolean): Trace {
  const { facts } = kept;
  const { details, durationMillis, trail, identity, agent, sizes } = facts;
  const { record } = details;
  const operation = operationOf(details);
  const unknown = details.operation === OPERATION_CALL ? { tool: UNKNOWN_TOOL } : {};
  const subject = record === undefined ? subjectOf(operation, input) : undefined;
  const spans = toTraceSpans({ facts, isExported, items }, trail.startedAt);
  return {
    ...identity,
    operation,
    ...(record === undefined
      ? unknown
      : { tool: record.slug, dcc_type: record.dccType, instance_id: record.instanceId }),
    ...(subject === undefined ? {} : { subject }),
    ...(operation === 'call_batch' ? { item_count: items.length } : {}),
    ...endingOf(facts),
    total_ms: toMicrosecond(durationMillis),
    ...summarizeSpans(spans),
    ...sizes,
    total_tokens: sizes.input_tokens + sizes.output_tokens,
    is_slow: isSlow,
    started_at: new Date(trail.startedAt).toISOString(),
    spans,
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(Object.keys(agent).length === 0 ? {} : { agent_context: { ...agent } }),
  };
}

/** `call` of `gateway.call`. */
export function operationOf({ operation }: Pick<KeptDetails, 'operation'>): TraceOperation {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names of operations are these behind `gateway.`
  return operation.slice('gateway.'.length) as TraceOperation;
}

type Found = NonNullable<SearchDetails['found']>;

/** How the row of a search is made. */
export interface SearchRowRules extends HiddenPlaces {
  readonly sha256: (text: string) => string;
}

/** The row of an answered search. */
export function toSearchRow({ identity }: OperationFacts, found: Found, { sha256, paths }: SearchRowRules): SearchRow {
  const { query } = found;
  return {
    ...identity,
    search_id: found.searchId,
    kind: found.mode,
    ranker_version: found.rankerVersion,
    index_generation: found.indexGeneration,
    query_preview: toPreview(query, MAX_QUERY_BYTES),
    query_hash: sha256(query),
    filters: toShownFilters(found.filters, { paths }),
    total: found.total,
    zero_results: found.total === 0,
    ...(found.reformulationOf === undefined ? {} : { reformulation_of: found.reformulationOf }),
    hits: found.hits.slice(0, MAX_HITS).map(({ toolSlug, rank, score, matchReasons }) => ({
      tool_slug: toolSlug,
      rank,
      score,
      match_reasons: matchReasons,
    })),
    followups: [],
  };
}

/** Texts of a caller like any other, and arguments of the search: the same is taken out of them as out of its input. */
function toShownFilters(filters: Found['filters'], hidden: HiddenPlaces): SearchRow['filters'] {
  const json = JSON.stringify(filters, (_, value: unknown) =>
    typeof value === 'string' ? toPreview(value, MAX_FILTER_BYTES) : value,
  );
  const shown: SearchRow['filters'] = JSON.parse(redactJson(json, hidden).text);
  return shown;
}

/** What governance decided about it. */
export function toDecisionRow(
  policy: PolicyFacts,
  { error, details, durationMillis, identity }: OperationFacts,
): DecisionRow {
  const { record } = details;
  const isRefused = policy.outcome !== 'allowed';
  return {
    ...identity,
    operation: operationOf(details),
    ...(record === undefined ? {} : { tool: record.slug, dcc_type: record.dccType }),
    outcome: policy.outcome,
    ...(policy.reason === undefined ? {} : { reason: policy.reason }),
    ...(isRefused && error !== undefined ? { message: error.message } : {}),
    duration_ms: toMicrosecond(durationMillis),
  };
}
