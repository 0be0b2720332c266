import {
  type CallStore,
  type FacetRequest,
  type FollowUpNote,
  type LateKind,
  type LateRow,
  type ListedRows,
  type ListRequest,
  type LiveListener,
  newRowId,
  type RowFilter,
  type RowKind,
  type RowKinds,
  type RowList,
  type StatsRequest,
  type StoreUsage,
  type TraceDetail,
} from '@dcc-mcp/call-store';
import { untilRecorded } from '../../../recording/record/recorder.ts';
import { LateFacts, LateTrace } from '../../../recording/rows/late-rows.ts';
import { type OperationToSend, OperationSender, type SentOperations } from '../../../recording/rows/sent-operations.ts';
import type { Peer, Services } from '../channel/peer.ts';

/** Rows that wait to be fetched; past it the oldest are let go. They are fetched ten times a second. */
const MAX_WAITING = 50_000;

/** What was added to a search. `id`: its place among rows. */
interface SentFollowUp {
  readonly id: string;
  readonly searchId: string;
  readonly followUp: FollowUpNote;
}

/** A row, or what was added to a search, on its way to the process that keeps them. */
export type SentRow = { readonly id: string; readonly kind: RowKind; readonly row: RowKinds[RowKind] } | SentFollowUp;

/** What a worker hands over. */
export interface TakenRows {
  readonly rows: readonly SentRow[];
  /** Those whose rows are made where they are kept, when somebody looks. */
  readonly operations: SentOperations;
}

type Waiting = SentRow | { readonly id: string; readonly kind: LateKind; readonly late: LateRow<RowKinds[LateKind]> };

export interface RowCourierOptions {
  readonly peer: Peer;
  /** Good traces that are kept where they go: older ones that wait are not made. */
  readonly maxTraces: number;
  /** Told of a row that could not be made. */
  readonly onError: (error: unknown) => void;
  /** Told of each row that was let go because nobody fetched it. */
  readonly onDropped: () => void;
}

/** The history of a worker: its rows wait until the process that keeps those of all fetches them, and are read there. */
export class RowCourier implements CallStore {
  readonly #options: RowCourierOptions;
  readonly #sender = new OperationSender();
  #waiting: Waiting[] = [];

  constructor(options: RowCourierOptions) {
    this.#options = options;
    const take = async (): Promise<TakenRows> => {
      await untilRecorded();
      return this.take();
    };
    options.peer.serve({ 'rows.take': take } satisfies Services);
  }

  /** The rows that wait, in the order in which they came. */
  take(): TakenRows {
    const waiting = this.#waiting;
    this.#waiting = [];
    const rows: SentRow[] = [];
    const operations = new Map<string, OperationToSend>();
    for (const each of this.#withoutPushedOut(waiting)) {
      const late = 'late' in each ? each.late : undefined;
      if (late instanceof LateTrace) {
        operations.set(late.id, { kept: late.payloads.kept, trace: late });
      } else if (late instanceof LateFacts) {
        operations.set(late.id, operations.get(late.id) ?? { kept: late.kept, trace: undefined });
      } else {
        rows.push(...this.#toSent(each));
      }
    }
    return { rows, operations: this.#sender.send([...operations.values()]) };
  }

  append<K extends RowKind>(kind: K, row: RowKinds[K]): void {
    // What happens at instances is told by the process that has the registry, once.
    if (kind !== 'events') {
      this.#add({ kind, id: ('row_id' in row ? row.row_id : undefined) ?? newRowId(), row });
    }
  }

  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void {
    this.#add({ kind, id: late.id, late });
  }

  appendFollowUp(searchId: string, followUp: FollowUpNote): void {
    this.#add({ id: newRowId(), searchId, followUp });
  }

  list<K extends RowKind>(kind: K, request?: ListRequest): Promise<RowList<ListedRows[K]>> {
    return this.#ask('rows.list', kind, request);
  }

  facet(kind: RowKind, request: FacetRequest): ReturnType<CallStore['facet']> {
    return this.#ask('rows.facet', kind, request);
  }

  async *scan<K extends RowKind>(kind: K, filter?: RowFilter): AsyncIterable<RowKinds[K]> {
    yield* await this.#ask<readonly RowKinds[K][]>('rows.scan', kind, filter);
  }

  find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]> {
    return this.#ask('rows.find', kind, id);
  }

  trace(id: string): Promise<TraceDetail | undefined> {
    return this.#ask('rows.trace', id);
  }

  stats(request: StatsRequest): ReturnType<CallStore['stats']> {
    return this.#ask('rows.stats', request);
  }

  instanceTotals(): ReturnType<CallStore['instanceTotals']> {
    return this.#ask('rows.instanceTotals');
  }

  usage(): Promise<StoreUsage> {
    return this.#ask('rows.usage');
  }

  /** @throws {TypeError} Always: who follows rows is answered where they are kept. */
  subscribe(_kinds: readonly RowKind[], _listener: LiveListener): { close(): void } {
    throw new TypeError('rows are followed where they are kept');
  }

  /** @throws {TypeError} Always: rows of before are put where they are kept. */
  seed(): void {
    throw new TypeError('rows of before are put where they are kept');
  }

  #add(waiting: Waiting): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#waiting.splice(0, MAX_WAITING / 10).forEach(() => this.#options.onDropped());
    }
    this.#waiting.push(waiting);
  }

  /** The newest good traces take all places. */
  #withoutPushedOut(waiting: readonly Waiting[]): readonly Waiting[] {
    let places = this.#options.maxTraces;
    if (waiting.length <= places) {
      return waiting;
    }
    const newestFirst = waiting.toReversed().filter((each) => {
      const isGood = 'late' in each && each.kind === 'traces' && each.late.isKept !== true;
      places -= Number(isGood);
      return !isGood || places >= 0;
    });
    return newestFirst.toReversed();
  }

  #toSent(waiting: Waiting): readonly SentRow[] {
    if (!('late' in waiting)) {
      return [waiting];
    }
    try {
      return [{ kind: waiting.kind, id: waiting.id, row: waiting.late.make() }];
    } catch (error) {
      this.#options.onError(error);
      return [];
    }
  }

  #ask<Answer>(name: string, ...args: readonly unknown[]): Promise<Answer> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `rowServices` answers
    return this.#options.peer.call(name, ...args) as Promise<Answer>;
  }
}
