import type { RowError, TracePayload, TraceSpan } from '@dcc-mcp/call-store';
import { type ErrorDescription, toErrorBody } from '@dcc-mcp/request-context';
import type { FinishedOperation, OperationTrail } from '../../record/finished.ts';
import { jsonText, packEmptied, packPayload, type PayloadRules, toPayload, unpackPayload } from '../payload.ts';
import { toPreview } from '../preview.ts';
import { toTraced, toTraceSpans } from '../trace-spans.ts';
import { type KeptCaller, KeptCallers } from './kept-caller.ts';
import { type FactParts, OperationFacts } from './operation-facts.ts';
import { packFacts, type RareFacts, rareFacts, type SharedFacts, unpackFacts } from './pack-facts.ts';
import { type Packed, packAlone, Packer, type Unpacked } from './packed.ts';

/** Bound of what is kept of an input, in bytes of UTF-8. */
const MAX_INPUT_BYTES = 16_384;
/** Bound of what is kept of an output, in bytes of UTF-8. */
const MAX_OUTPUT_BYTES = 65_536;

/** Where operations are kept until their rows are made: what comes one after the other lies side by side. */
export class OperationMemory {
  readonly callers: KeptCallers = new KeptCallers();
  /** Of operations that leave in the order in which they came, their facts. */
  readonly facts: Packer = new Packer();
  /** And their content: it leaves sooner. */
  readonly content: Packer = new Packer();
}

/** How an operation is kept. */
export interface KeepingRules extends Pick<PayloadRules, 'paths'> {
  readonly rowId: string;
  readonly memory: OperationMemory;
  /** Whether it leaves in the order in which it came. What may stay longer must not hold the memory of those around it. */
  readonly isPassing: boolean;
}

/** What is kept of an operation for rows without its content: they stay longer than its trace. */
export class KeptFacts implements SharedFacts {
  readonly rowId: string;
  readonly caller: KeptCaller;
  readonly outcome: SharedFacts['outcome'];
  readonly operation: SharedFacts['operation'];
  readonly record: SharedFacts['record'];
  readonly #packed: Packed;
  readonly #rare: RareFacts | undefined;

  constructor(parts: FactParts, packer: Packer | undefined) {
    this.rowId = parts.rowId;
    this.caller = parts.caller;
    this.outcome = parts.outcome;
    this.operation = parts.details.operation;
    this.record = parts.details.record;
    this.#packed = pack(packFacts(parts), packer);
    this.#rare = rareFacts(parts);
  }

  /** Made anew each time. */
  get facts(): OperationFacts {
    return new OperationFacts(unpackFacts(this.#packed, this, this.#rare));
  }
}

/**
 * One operation until its rows are made, bounded and redacted. Most are let go before: what it keeps is packed, so that
 * thousands of them are little work for V8's collector.
 */
export class KeptOperation {
  readonly kept: KeptFacts;
  /** Whether its own span and those of its hops are exported. */
  readonly isExported: boolean;
  /** Those of the items of a batch. */
  readonly itemSpans: readonly TraceSpan[];
  #input: Packed | undefined;
  #output: Packed | undefined;

  constructor(finished: FinishedOperation, trail: OperationTrail, { rowId, paths, memory, isPassing }: KeepingRules) {
    const input = payloadOf(finished.input, { maxBytes: MAX_INPUT_BYTES, paths });
    const output = payloadOf(finished.output, { maxBytes: MAX_OUTPUT_BYTES, paths });
    const sizes = { inputBytes: input?.original_size ?? 0, outputBytes: output?.original_size ?? 0 };
    const parts = toFactParts(finished, trail, { rowId, callers: memory.callers, ...sizes });
    const packer = isPassing ? memory.content : undefined;
    this.kept = new KeptFacts(parts, isPassing ? memory.facts : undefined);
    this.isExported = finished.span.isRecording;
    this.itemSpans =
      trail.items.length === 0
        ? NO_SPANS
        : trail.items.flatMap((item) => toTraceSpans(toTraced(item), trail.startedAt));
    this.#input = input && pack(packPayload(input), packer);
    this.#output = output && pack(packPayload(output), packer);
  }

  get input(): TracePayload | undefined {
    return this.#input && unpackPayload(this.#input);
  }

  get output(): TracePayload | undefined {
    return this.#output && unpackPayload(this.#output);
  }

  /** How many bytes of content it holds. */
  get bytes(): number {
    return (this.#input?.bytes ?? 0) + (this.#output?.bytes ?? 0);
  }

  /** Lets the content go. */
  forget(): void {
    this.#input = this.#input && packAlone(packEmptied(this.#input));
    this.#output = this.#output && packAlone(packEmptied(this.#output));
  }
}

const NO_SPANS: readonly TraceSpan[] = [];

function pack(unpacked: Unpacked, packer: Packer | undefined): Packed {
  return packer === undefined ? packAlone(unpacked) : packer.pack(unpacked);
}

function payloadOf(content: unknown, rules: PayloadRules): TracePayload | undefined {
  const json = jsonText(content);
  return json === undefined ? undefined : toPayload(json, rules);
}

interface FactRules extends Pick<FactParts, 'rowId' | 'inputBytes' | 'outputBytes'> {
  readonly callers: KeptCallers;
}

function toFactParts(
  finished: FinishedOperation,
  trail: OperationTrail,
  { rowId, callers, inputBytes, outputBytes }: FactRules,
): FactParts {
  const { ctx, error, durationMillis, outcome, join, details } = finished;
  const { requestId, jsonrpcId, parentRequestId, callerTraceId, session, spanContext } = ctx;
  const { traceId, traceFlags } = spanContext;
  return {
    rowId,
    caller: callers.of(finished, session.source),
    outcome,
    durationMillis,
    inputBytes,
    outputBytes,
    request: { requestId, traceId, traceFlags, sessionId: session.id, jsonrpcId, parentRequestId, callerTraceId },
    trail,
    details,
    error: error && toRowError(error),
    join,
  };
}

const MAX_MESSAGE_BYTES = 256;

function toRowError(error: ErrorDescription): RowError {
  const { kind, message, retryable } = toErrorBody(error);
  return { kind, message: toPreview(message, MAX_MESSAGE_BYTES), retryable };
}
