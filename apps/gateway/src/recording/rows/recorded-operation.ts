import {
  type RowContext,
  type RowIdentity,
  toRowContext,
  toRowIdentity,
  type TracePayload,
  type TraceSpan,
} from '@dcc-mcp/call-store';
import type { FinishedOperation, OperationTrail } from '../record/finished.ts';
import { jsonText, type PayloadRules, toPayload } from './payload.ts';
import { toTraced, toTraceSpans, type TracedOperation } from './trace-spans.ts';

/** Bound of what is kept of an input, in bytes of UTF-8. */
const MAX_INPUT_BYTES = 16_384;
/** Bound of what is kept of an output, in bytes of UTF-8. */
const MAX_OUTPUT_BYTES = 65_536;

type Kept = Pick<FinishedOperation, 'details' | 'durationMillis' | 'error' | 'facts' | 'join' | 'outcome'>;

/**
 * One operation with what its rows are made of, which may be later: what it holds of the request is bounded and redacted,
 * and headers and bodies are not in it.
 */
export class RecordedOperation implements TracedOperation {
  readonly rowId: string;
  readonly kept: Kept;
  readonly trail: OperationTrail;
  readonly isExported: boolean;
  readonly itemSpans: readonly TraceSpan[];
  readonly input: TracePayload | undefined;
  readonly output: TracePayload | undefined;
  readonly #context: RowContext;
  #identity: RowIdentity | undefined;

  constructor(finished: FinishedOperation, trail: OperationTrail, { rowId, paths }: RecordingRules) {
    const { ctx, span, details, durationMillis, error, facts, join, outcome } = finished;
    this.rowId = rowId;
    this.kept = { details, durationMillis, error, facts, join, outcome };
    this.trail = trail;
    this.isExported = span.isRecording;
    this.#context = toRowContext(ctx);
    this.input = payloadOf(trail.input, { maxBytes: MAX_INPUT_BYTES, paths });
    this.output = payloadOf(trail.output, { maxBytes: MAX_OUTPUT_BYTES, paths });
    this.itemSpans = trail.items.flatMap((item) => toTraceSpans(toTraced(item), trail.startedAt));
    trail.forgetContent();
  }

  /** The members that all rows of it have. */
  get identity(): RowIdentity {
    this.#identity ??= this.#toIdentity();
    return this.#identity;
  }

  /** Bounded and without credentials; all that its caller said of itself. */
  get agent(): RowContext['agent'] {
    return this.#context.agent;
  }

  #toIdentity(): RowIdentity {
    const { facts, durationMillis } = this.kept;
    const { startedAt, spanId, parentSpanId } = this.trail;
    const mcpTransport = facts.networkTransport === 'pipe' ? 'stdio' : 'http';
    const identity = toRowIdentity(this.#context, {
      rowId: this.rowId,
      atMillis: startedAt + durationMillis,
      mcpTransport: this.#context.transport === 'mcp' ? mcpTransport : undefined,
      protocolVersion: facts.protocolVersion,
    });
    const ids = { ...identity, span_id: spanId };
    return parentSpanId === undefined ? ids : { ...ids, parent_span_id: parentSpanId };
  }
}

/** How an operation is recorded. */
export interface RecordingRules extends Pick<PayloadRules, 'paths'> {
  readonly rowId: string;
}

function payloadOf(content: unknown, rules: PayloadRules): TracePayload | undefined {
  const json = jsonText(content);
  return json === undefined ? undefined : toPayload(json, rules);
}
