import { truncateUtf8 } from '@dcc-mcp/bounds';
import { redactText } from '@dcc-mcp/bounds/redaction';
import {
  type CallRow,
  type DecisionRow,
  estimateTokens,
  type RowError,
  type RowIdentity,
  type SearchRow,
  summarizeSpans,
  toRowIdentity,
  type Trace,
  type TraceOperation,
} from '@dcc-mcp/call-store';
import { toRankBucket } from '@dcc-mcp/gateway-metrics';
import { statusOfOutcome, toErrorBody } from '@dcc-mcp/request-context';
import { OPERATION_CALL } from '@dcc-mcp/semantic-conventions';
import type { CallDetails, CallTiming, FinishedOperation, OperationTrail, SearchDetails } from '../record/finished.ts';
import { jsonText, type PayloadRules, toPayload } from './payload.ts';
import { toMicrosecond, toTraceSpans } from './trace-spans.ts';

/** Bound of what is kept of an input, in bytes of UTF-8. */
const MAX_INPUT_BYTES = 16_384;
/** Bound of what is kept of an output, in bytes of UTF-8. */
const MAX_OUTPUT_BYTES = 65_536;
const MAX_MESSAGE_BYTES = 256;
const MAX_QUERY_BYTES = 120;
const MAX_HITS = 25;
/** The tool of a call that names none there is. */
const UNKNOWN_TOOL = '_unknown';

/** One operation with what its rows are made of. */
export interface RecordedOperation {
  readonly finished: FinishedOperation;
  readonly trail: OperationTrail;
  readonly identity: RowIdentity;
  /** Input and output as JSON. */
  readonly input: string | undefined;
  readonly output: string | undefined;
}

/** @param rowId Key of the rows. */
export function toRecorded(finished: FinishedOperation, trail: OperationTrail, rowId: string): RecordedOperation {
  const { ctx, facts, durationMillis } = finished;
  const isMcp = ctx.transport === 'mcp';
  const identity = toRowIdentity(ctx, {
    rowId,
    atMillis: trail.startedAt + durationMillis,
    mcpTransport: isMcp ? (facts.networkTransport === 'pipe' ? 'stdio' : 'http') : undefined,
    protocolVersion: facts.protocolVersion,
  });
  const { parentSpanId } = trail;
  return {
    finished,
    trail,
    identity: {
      ...identity,
      span_id: trail.spanId,
      ...(parentSpanId === undefined ? {} : { parent_span_id: parentSpanId }),
    },
    input: jsonText(trail.input),
    output: jsonText(trail.output),
  };
}

/** The row of a call; queue, gateway and upstream add up to its duration. */
export function toCallRow(recorded: RecordedOperation, details: CallDetails): CallRow {
  const { finished, trail, identity } = recorded;
  const { error } = finished;
  const { record, batchIndex, timing } = details;
  const retries = trail.hops.reduce((sum, { failedTries }) => sum + failedTries.length, 0);
  const jobId = trail.hops.findLast(({ ending }) => ending?.jobId !== undefined)?.ending?.jobId;
  return {
    ...identity,
    operation: 'call',
    ...(batchIndex === undefined ? {} : { batch_index: batchIndex }),
    tool: record?.slug ?? UNKNOWN_TOOL,
    tool_label: record?.label ?? UNKNOWN_TOOL,
    ...placeOf(record),
    ...endingOf(finished),
    ...(error === undefined ? {} : { error: toRowError(error) }),
    ...durationsOf(finished.durationMillis, timing),
    ...(retries === 0 ? {} : { retries }),
    ...sizesOf(recorded),
    ...searchOf(finished),
    ...(trail.policy === undefined ? {} : { policy: trail.policy }),
    ...(jobId === undefined ? {} : { job_id: jobId }),
  };
}

function placeOf(
  record: CallDetails['record'],
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

function endingOf({ outcome }: FinishedOperation): Pick<CallRow, 'outcome' | 'success' | 'status'> {
  const success = statusOfOutcome(outcome) === 'success';
  return { outcome, success, status: success ? 'ok' : 'err' };
}

function toRowError(error: NonNullable<FinishedOperation['error']>): RowError {
  const { kind, message, retryable } = toErrorBody(error);
  return { kind, message: truncateUtf8(redactText(message), MAX_MESSAGE_BYTES).text, retryable };
}

type Durations = Pick<CallRow, 'duration_ms' | 'queue_ms' | 'gateway_ms' | 'upstream_ms'>;

/** To the microsecond. A call that was never taken into a queue spent its time in the gateway, which is told of no phase. */
function durationsOf(durationMillis: number, timing: CallTiming | undefined): Durations {
  const duration = toMicrosecond(durationMillis);
  if (timing === undefined) {
    return { duration_ms: duration };
  }
  const queue = Math.min(toMicrosecond(timing.queueMillis), duration);
  const upstream = Math.min(toMicrosecond(timing.upstreamMillis ?? 0), toMicrosecond(duration - queue));
  return {
    duration_ms: duration,
    queue_ms: queue,
    gateway_ms: toMicrosecond(duration - queue - upstream),
    upstream_ms: upstream,
  };
}

function sizesOf({
  input = '',
  output = '',
}: RecordedOperation): Pick<CallRow, 'input_bytes' | 'output_bytes' | 'input_tokens' | 'output_tokens'> {
  const inputBytes = Buffer.byteLength(input);
  const outputBytes = Buffer.byteLength(output);
  return {
    input_bytes: inputBytes,
    output_bytes: outputBytes,
    input_tokens: estimateTokens(inputBytes),
    output_tokens: estimateTokens(outputBytes),
  };
}

function searchOf({ join }: FinishedOperation): Pick<CallRow, 'search'> {
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
export function toTrace(recorded: RecordedOperation, { isSlow, paths }: TraceRules): Trace {
  const { finished, trail, identity, input, output } = recorded;
  const { details, ctx, durationMillis } = finished;
  const record = 'record' in details ? details.record : undefined;
  const spans = toTraceSpans(finished);
  const sizes = sizesOf(recorded);
  const agent = ctx.agent;
  return {
    ...identity,
    operation: operationOf(finished),
    ...(record === undefined
      ? details.operation === OPERATION_CALL
        ? { tool: UNKNOWN_TOOL }
        : {}
      : { tool: record.slug, dcc_type: record.dccType, instance_id: record.instanceId }),
    ...endingOf(finished),
    total_ms: toMicrosecond(durationMillis),
    ...summarizeSpans(spans),
    ...sizes,
    total_tokens: sizes.input_tokens + sizes.output_tokens,
    is_slow: isSlow,
    started_at: new Date(trail.startedAt).toISOString(),
    spans,
    ...(input === undefined ? {} : { input: toPayload(input, { maxBytes: MAX_INPUT_BYTES, paths }) }),
    ...(output === undefined ? {} : { output: toPayload(output, { maxBytes: MAX_OUTPUT_BYTES, paths }) }),
    ...(Object.keys(agent).length === 0 ? {} : { agent_context: { ...agent } }),
  };
}

/** How a trace is kept. */
export interface TraceRules extends Pick<PayloadRules, 'paths'> {
  readonly isSlow: boolean;
}

/** `call` of `gateway.call`. */
export function operationOf({ details }: FinishedOperation): TraceOperation {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names of operations are these behind `gateway.`
  return details.operation.slice('gateway.'.length) as TraceOperation;
}

/** The row of an answered search. */
export function toSearchRow(
  { identity }: RecordedOperation,
  found: NonNullable<SearchDetails['found']>,
  sha256: (text: string) => string,
): SearchRow {
  const { query } = found;
  return {
    ...identity,
    search_id: found.searchId,
    kind: found.mode,
    ranker_version: found.rankerVersion,
    index_generation: found.indexGeneration,
    query_preview: truncateUtf8(redactText(query), MAX_QUERY_BYTES).text,
    query_hash: sha256(query),
    filters: found.filters,
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

/** What governance decided about it; absent where nothing was asked. */
export function toDecisionRow(recorded: RecordedOperation): DecisionRow | undefined {
  const { finished, trail, identity } = recorded;
  const { policy } = trail;
  if (policy === undefined) {
    return undefined;
  }
  const { error, details, durationMillis } = finished;
  const record = 'record' in details ? details.record : undefined;
  const isRefused = policy.outcome !== 'allowed';
  return {
    ...identity,
    operation: operationOf(finished),
    ...(record === undefined ? {} : { tool: record.slug, dcc_type: record.dccType }),
    outcome: policy.outcome,
    ...(policy.reason === undefined ? {} : { reason: policy.reason }),
    ...(isRefused && error !== undefined ? { message: toRowError(error).message } : {}),
    duration_ms: toMicrosecond(durationMillis),
  };
}
