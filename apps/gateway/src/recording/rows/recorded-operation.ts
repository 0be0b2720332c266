import {
  type CallRow,
  estimateTokens,
  type RowContext,
  type RowError,
  type RowIdentity,
  toRowContext,
  toRowIdentity,
  type TracePayload,
  type TraceSpan,
  withoutContent,
} from '@dcc-mcp/call-store';
import { type ErrorDescription, toErrorBody } from '@dcc-mcp/request-context';
import type { FinishedOperation, OperationTrail } from '../record/finished.ts';
import { jsonText, type PayloadRules, toPayload } from './payload.ts';
import { toPreview } from './preview.ts';
import { toTraced, toTraceSpans, type TracedOperation } from './trace-spans.ts';

/** Bound of what is kept of an input, in bytes of UTF-8. */
const MAX_INPUT_BYTES = 16_384;
/** Bound of what is kept of an output, in bytes of UTF-8. */
const MAX_OUTPUT_BYTES = 65_536;

/** Bytes and estimated tokens of input and output. */
export type Sizes = Pick<CallRow, 'input_bytes' | 'output_bytes' | 'input_tokens' | 'output_tokens'>;

/** One operation with what its rows are made of, which may be later: neither content nor headers and bodies are in it. */
export class OperationFacts {
  readonly rowId: string;
  readonly trail: OperationTrail;
  readonly details: FinishedOperation['details'];
  readonly durationMillis: number;
  /** Bounded and redacted: what a server answered may stand behind an error, whole. */
  readonly error: RowError | undefined;
  readonly facts: FinishedOperation['facts'];
  readonly join: FinishedOperation['join'];
  readonly outcome: FinishedOperation['outcome'];
  readonly #inputBytes: number;
  readonly #outputBytes: number;
  readonly #context: RowContext;
  #identity: RowIdentity | undefined;

  constructor(finished: FinishedOperation, trail: OperationTrail, { rowId, inputBytes, outputBytes }: FactRules) {
    const { error } = finished;
    this.rowId = rowId;
    this.trail = trail;
    this.details = finished.details;
    this.durationMillis = finished.durationMillis;
    this.error = error && toRowError(error);
    this.facts = finished.facts;
    this.join = finished.join;
    this.outcome = finished.outcome;
    this.#inputBytes = inputBytes;
    this.#outputBytes = outputBytes;
    this.#context = toRowContext(finished.ctx);
  }

  get sizes(): Sizes {
    const [input, output] = [this.#inputBytes, this.#outputBytes];
    return {
      input_bytes: input,
      output_bytes: output,
      input_tokens: estimateTokens(input),
      output_tokens: estimateTokens(output),
    };
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

  /** Milliseconds since the epoch. */
  get endedAt(): number {
    return this.trail.startedAt + this.durationMillis;
  }

  /** What names its request, where the whole identity is not asked for. */
  get ids(): Pick<RowIdentity, 'request_id' | 'trace_id'> {
    const { requestId, spanContext } = this.#context;
    return { request_id: requestId, trace_id: spanContext.traceId };
  }

  #toIdentity(): RowIdentity {
    const { facts } = this;
    const { spanId, parentSpanId } = this.trail;
    const mcpTransport = facts.networkTransport === 'pipe' ? 'stdio' : 'http';
    const identity = toRowIdentity(this.#context, {
      rowId: this.rowId,
      atMillis: this.endedAt,
      mcpTransport: this.#context.transport === 'mcp' ? mcpTransport : undefined,
      protocolVersion: facts.protocolVersion,
    });
    const ids = { ...identity, span_id: spanId };
    return parentSpanId === undefined ? ids : { ...ids, parent_span_id: parentSpanId };
  }
}

/** How the facts of an operation are recorded. */
interface FactRules {
  readonly rowId: string;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/**
 * One operation with what its trace is made of: its content is bounded and redacted, and may be 80 KiB. What needs no
 * content holds its {@link facts} alone: there are more rows of calls than traces.
 */
export class RecordedOperation implements TracedOperation {
  readonly facts: OperationFacts;
  readonly isExported: boolean;
  readonly itemSpans: readonly TraceSpan[];
  #input: TracePayload | undefined;
  #output: TracePayload | undefined;

  constructor(finished: FinishedOperation, trail: OperationTrail, { rowId, paths }: RecordingRules) {
    this.isExported = finished.span.isRecording;
    this.#input = payloadOf(trail.input, { maxBytes: MAX_INPUT_BYTES, paths });
    this.#output = payloadOf(trail.output, { maxBytes: MAX_OUTPUT_BYTES, paths });
    this.itemSpans = trail.items.flatMap((item) => toTraceSpans(toTraced(item), trail.startedAt));
    const inputBytes = this.#input?.original_size ?? 0;
    const outputBytes = this.#output?.original_size ?? 0;
    this.facts = new OperationFacts(finished, trail, { rowId, inputBytes, outputBytes });
    trail.forgetContent();
  }

  get input(): TracePayload | undefined {
    return this.#input;
  }

  get output(): TracePayload | undefined {
    return this.#output;
  }

  /** About how many bytes of content it holds. */
  get bytes(): number {
    return (this.#input?.content.length ?? 0) + (this.#output?.content.length ?? 0);
  }

  /** Lets the content go. */
  forget(): void {
    this.#input = this.#input && withoutContent(this.#input);
    this.#output = this.#output && withoutContent(this.#output);
  }

  get kept(): OperationFacts {
    return this.facts;
  }

  get trail(): OperationTrail {
    return this.facts.trail;
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

const MAX_MESSAGE_BYTES = 256;

function toRowError(error: ErrorDescription): RowError {
  const { kind, message, retryable } = toErrorBody(error);
  return { kind, message: toPreview(message, MAX_MESSAGE_BYTES), retryable };
}
