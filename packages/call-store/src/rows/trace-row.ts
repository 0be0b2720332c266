import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { RowLinks, RowStatus } from './call-row.ts';
import type { RowIdentity } from './row-identity.ts';

/** The operations of a gateway that make a trace row. */
export const TRACE_OPERATIONS = ['search', 'describe', 'load_skill', 'call', 'call_batch'] as const;
/** One of {@link TRACE_OPERATIONS}. */
export type TraceOperation = (typeof TRACE_OPERATIONS)[number];

/** What the list of traces shows of each. */
export interface TraceRow extends RowIdentity {
  readonly operation: TraceOperation;
  readonly tool?: string;
  readonly dcc_type?: string;
  readonly instance_id?: string;
  /** Of a request without a tool: the words of a search, the skills to load, the slug that no tool has; redacted, at most 120 bytes. */
  readonly subject?: string;
  /** Of a batch: how many of its calls ran. */
  readonly item_count?: number;
  readonly outcome: Outcome;
  readonly success: boolean;
  readonly status: RowStatus;
  readonly total_ms: number;
  readonly span_count: number;
  readonly slowest_span_name: string;
  readonly slowest_span_ms: number;
  readonly input_bytes: number;
  readonly output_bytes: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  /** See {@link SlowCalls}. */
  readonly is_slow: boolean;
  readonly links?: RowLinks;
}

/** One span; its ids are those that OTLP exports. */
export interface TraceSpan {
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly name: string;
  /** `server`, `client`, `internal`. */
  readonly kind: string;
  /** Milliseconds from the start of the trace. */
  readonly started_ms: number;
  readonly duration_ms: number;
  readonly ok: boolean;
  readonly outcome?: Outcome;
  /** `false` for a phase inside the gateway that no exporter sends. */
  readonly exported?: false;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A preview of what went in or came out: redacted, then cut on a code point. */
export interface TracePayload {
  readonly content: string;
  readonly mime_type: string;
  readonly truncated: boolean;
  /** Bytes before anything was cut. */
  readonly original_size: number;
  readonly estimated_tokens: number;
  /** How many texts or values were taken out. */
  readonly redactions: number;
  /** The content was let go to make room for those of newer requests; `content` is empty then. */
  readonly dropped?: true;
}

/** A payload that was let go: it still says how large it was. */
export function withoutContent(payload: TracePayload): TracePayload {
  return { ...payload, content: '', truncated: true, dropped: true };
}

/** One request as it ran: a line of `traces.jsonl`. */
export interface Trace extends TraceRow {
  /** RFC 3339 in UTC with milliseconds. */
  readonly started_at: string;
  /** The first is the root. */
  readonly spans: readonly TraceSpan[];
  /** At most 16 KiB. */
  readonly input?: TracePayload;
  /** At most 64 KiB. */
  readonly output?: TracePayload;
  readonly agent_context?: Readonly<Record<string, unknown>>;
}

/** A request of the same trace, or of the id that was looked up. */
export interface TraceRequest {
  readonly row_id: string;
  readonly request_id: string;
  readonly operation: TraceOperation;
  readonly outcome: Outcome;
}

/** A trace as it is shown: with what else is retained of the same trace or id, oldest first. */
export interface TraceDetail extends Trace {
  readonly requests: readonly TraceRequest[];
}

/** What the list shows of a trace. */
export function toTraceRow(trace: Trace): TraceRow {
  const { started_at: _at, spans: _spans, input: _input, output: _output, agent_context: _agent, ...row } = trace;
  return row;
}

/** The members of a {@link TraceRow} that follow from the spans: the slowest is searched below the root, where there are any. */
export function summarizeSpans(
  spans: readonly TraceSpan[],
): Pick<TraceRow, 'span_count' | 'slowest_span_name' | 'slowest_span_ms'> {
  const [root, ...below] = spans;
  let slowest = below[0] ?? root;
  for (const span of below) {
    if (slowest === undefined || span.duration_ms > slowest.duration_ms) {
      slowest = span;
    }
  }
  return {
    span_count: spans.length,
    slowest_span_name: slowest?.name ?? '',
    slowest_span_ms: slowest?.duration_ms ?? 0,
  };
}
