import { apart } from './kept/kept-items.ts';
import {
  type KeptFactParts,
  KeptFacts,
  type KeptItem,
  KeptOperation,
  type KeptOperationParts,
} from './kept/kept-operation.ts';
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
  /** Of each item of a batch its facts. */
  readonly items: PackedPiece;
  /** Of each that has them its input and its output. */
  readonly content: PackedPiece;
}

type SentFacts = Omit<KeptFactParts, 'packed'>;

interface SentOperation extends SentFacts {
  readonly trace: SentTrace | undefined;
}

interface SentItem extends Pick<KeptItem, 'isExported'> {
  readonly shared: SentFacts;
}

interface SentTrace extends TracePlace, Pick<KeptOperationParts, 'isExported'> {
  readonly items: readonly SentItem[];
  readonly hasInput: boolean;
  readonly hasOutput: boolean;
}

/** Makes operations ready to be sent. */
export class OperationSender {
  /** What rows tell of a tool: the same object each time, which is written once in each message. */
  readonly #tools = new WeakMap<KeptTool, KeptTool>();

  send(all: readonly OperationToSend[]): SentOperations {
    const items = all.flatMap(({ trace }) => trace?.payloads.items ?? []);
    const content = all.flatMap(({ trace }) => (trace === undefined ? [] : contentOf(trace)));
    return {
      operations: all.map((each) => this.#toSent(each)),
      facts: joinPacked(all.map(({ kept }) => kept.packed)),
      items: joinPacked(items.map(({ kept }) => kept.packed)),
      content: joinPacked(content),
    };
  }

  #toSent({ kept, trace }: OperationToSend): SentOperation {
    return { ...this.#toFacts(kept), trace: trace && this.#toTrace(trace) };
  }

  #toFacts({ rowId, caller, outcome, operation, record, rare }: KeptFacts): SentFacts {
    return {
      rowId,
      caller,
      outcome,
      operation,
      record: record && this.#toTool(record),
      rare: rare && { ...rare, hops: rare.hops?.map(toPlainHop) },
    };
  }

  #toTrace({ isSlow, isKept, payloads }: LateTrace): SentTrace {
    const { isExported, items, packedInput, packedOutput } = payloads;
    return {
      isSlow,
      isKept,
      isExported,
      items: items.map((item) => ({ shared: this.#toFacts(item.kept), isExported: item.isExported })),
      hasInput: packedInput !== undefined,
      hasOutput: packedOutput !== undefined,
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

function toPlainHop({ name, startedAt, endedAt, failedTries, queueMillis, ending, spanContext }: KeptHop): KeptHop {
  const { spanId } = spanContext;
  return { name, startedAt, endedAt, failedTries, queueMillis, ending, spanContext: { spanId } };
}

/** What comes beside the operations of a message, in the order in which they need it. */
interface Beside {
  readonly items: Iterator<Packed, undefined>;
  readonly content: Iterator<Packed, undefined>;
}

/** Keeps operations that an {@link OperationSender} sent. */
export class OperationReceiver {
  readonly #facts = new Shelf();
  readonly #content = new Shelf();

  /** Those of one message, in the order in which they were sent. */
  receive({ operations, facts, items, content }: SentOperations): readonly ReceivedOperation[] {
    const beside = { items: splitPacked(items).values(), content: splitPacked(content).values() };
    return splitPacked(facts).flatMap((packed, index) => {
      const sent = operations[index];
      return sent === undefined ? [] : [this.#toOperation(sent, packed, beside)];
    });
  }

  #toOperation(sent: SentOperation, packed: Packed, { items, content }: Beside): ReceivedOperation {
    const { trace, ...shared } = sent;
    const staying = { isPassing: isInOrder(sent) };
    const next = (isThere: boolean | undefined): Packed | undefined => {
      const own = isThere === true ? content.next().value : undefined;
      return own && this.#content.repack(own, staying);
    };
    const kept = new KeptFacts({ ...shared, packed: this.#facts.repack(packed, staying) });
    const operation = new KeptOperation(kept, {
      isExported: trace?.isExported ?? false,
      items: toItems(trace?.items ?? [], items),
      packedInput: next(trace?.hasInput),
      packedOutput: next(trace?.hasOutput),
    });
    return { id: shared.rowId, operation, place: trace };
  }
}

/** In memory of their own: that of the message is let go. */
function toItems(sent: readonly SentItem[], items: Beside['items']): readonly KeptItem[] {
  const all = sent.flatMap(({ shared, isExported }) => {
    const packed = items.next().value;
    return packed === undefined ? [] : [{ kept: new KeptFacts({ ...shared, packed }), isExported }];
  });
  return apart(all);
}

function isInOrder({ operation, rare, trace }: SentOperation): boolean {
  return leavesInOrder({ operation, policy: rare?.policy, isKept: trace?.isKept ?? false });
}
