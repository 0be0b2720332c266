import { type KeptFactParts, KeptFacts, KeptOperation, type KeptOperationParts } from './kept/kept-operation.ts';
import type { KeptHop, KeptTool } from './kept/operation-facts.ts';
import { Shelf } from './kept/operation-memory.ts';
import { joinPacked, type PackedPiece, splitPacked } from './kept/packed-piece.ts';
import type { Packed } from './kept/packed.ts';
import { type LateTrace, leavesInOrder, type TracePlace } from './late-rows.ts';

/** An operation whose rows are kept by another process. */
export interface OperationToSend {
  readonly kept: KeptFacts;
  /** Absent where it has been let go. */
  readonly trace: LateTrace | undefined;
}

/** One that has come from another process. */
export interface ReceivedOperation {
  /** Key of its rows. */
  readonly id: string;
  readonly operation: KeptOperation;
  /** Absent where its trace has been let go. */
  readonly place: TracePlace | undefined;
}

/** Operations on their way between two processes: plain data, most of it as bytes. */
export interface SentOperations {
  readonly operations: readonly SentOperation[];
  /** Of each its facts. */
  readonly facts: PackedPiece;
  /** Of each that has them its input and its output. */
  readonly content: PackedPiece;
}

interface SentOperation extends Omit<KeptFactParts, 'packed'> {
  readonly trace: SentTrace | undefined;
}

interface SentTrace extends TracePlace, Pick<KeptOperationParts, 'isExported' | 'itemSpans'> {
  readonly hasInput: boolean;
  readonly hasOutput: boolean;
}

/** Makes operations ready to be sent. */
export class OperationSender {
  /** What rows tell of a tool: the same object each time, which is written once in each message. */
  readonly #tools = new WeakMap<KeptTool, KeptTool>();

  send(all: readonly OperationToSend[]): SentOperations {
    const content = all.flatMap(({ trace }) => (trace === undefined ? [] : contentOf(trace)));
    return {
      operations: all.map((each) => this.#toSent(each)),
      facts: joinPacked(all.map(({ kept }) => kept.packed)),
      content: joinPacked(content),
    };
  }

  #toSent({ kept, trace }: OperationToSend): SentOperation {
    const { rowId, caller, outcome, operation, record, rare } = kept;
    return {
      rowId,
      caller,
      outcome,
      operation,
      record: record && this.#toTool(record),
      rare: rare && { ...rare, hops: rare.hops?.map(toPlainHop) },
      trace: trace && toSentTrace(trace),
    };
  }

  #toTool(record: KeptTool): KeptTool {
    const known = this.#tools.get(record);
    if (known !== undefined) {
      return known;
    }
    const { slug, label, backendTool, dccType, instanceId, skillName } = record;
    const tool = { slug, label, backendTool, dccType, instanceId, ...(skillName !== undefined && { skillName }) };
    this.#tools.set(record, tool);
    return tool;
  }
}

function contentOf({ payloads: { packedInput, packedOutput } }: LateTrace): readonly Packed[] {
  return [packedInput, packedOutput].filter((packed) => packed !== undefined);
}

function toSentTrace({ isSlow, isKept, payloads }: LateTrace): SentTrace {
  const { isExported, itemSpans, packedInput, packedOutput } = payloads;
  return {
    isSlow,
    isKept,
    isExported,
    itemSpans,
    hasInput: packedInput !== undefined,
    hasOutput: packedOutput !== undefined,
  };
}

function toPlainHop({ name, startedAt, endedAt, failedTries, queueMillis, ending, spanContext }: KeptHop): KeptHop {
  const { spanId } = spanContext;
  return { name, startedAt, endedAt, failedTries, queueMillis, ending, spanContext: { spanId } };
}

/** Keeps operations that an {@link OperationSender} sent. */
export class OperationReceiver {
  readonly #facts = new Shelf();
  readonly #content = new Shelf();

  /** Those of one message, in the order in which they were sent. */
  receive({ operations, facts, content }: SentOperations): readonly ReceivedOperation[] {
    const packedContent = splitPacked(content).values();
    return splitPacked(facts).flatMap((packed, index) => {
      const sent = operations[index];
      return sent === undefined ? [] : [this.#toOperation(sent, packed, packedContent)];
    });
  }

  #toOperation(sent: SentOperation, packed: Packed, content: Iterator<Packed, undefined>): ReceivedOperation {
    const { trace, ...shared } = sent;
    const staying = { isPassing: isInOrder(sent) };
    const next = (isThere: boolean | undefined): Packed | undefined => {
      const own = isThere === true ? content.next().value : undefined;
      return own && this.#content.repack(own, staying);
    };
    const kept = new KeptFacts({ ...shared, packed: this.#facts.repack(packed, staying) });
    const operation = new KeptOperation(kept, {
      isExported: trace?.isExported ?? false,
      itemSpans: trace?.itemSpans ?? [],
      packedInput: next(trace?.hasInput),
      packedOutput: next(trace?.hasOutput),
    });
    return { id: shared.rowId, operation, place: trace };
  }
}

function isInOrder({ operation, rare, trace }: SentOperation): boolean {
  return leavesInOrder({ operation, policy: rare?.policy, isKept: trace?.isKept ?? false });
}
