import type { Stats } from '../analytics/stats.ts';
import type { TopRow } from '../analytics/top-rows.ts';
import type { SearchRowFollowUp } from '../rows/search-row.ts';
import type { TraceDetail } from '../rows/trace-row.ts';
import type {
  CallStore,
  LateKind,
  LateRow,
  ListRequest,
  LiveListener,
  RingUsage,
  RowFilter,
  RowList,
  StatsRequest,
  StoreUsage,
} from '../store/call-store.ts';
import { DEFAULT_LIMIT, isNamed, matcherOf, toListed } from '../store/list-rows.ts';
import type { ListedRows, RowKind, RowKinds } from '../store/row-kinds.ts';
import { traceDetail } from '../store/trace-detail.ts';
import type { FileState, IndexedKind, StoredRow } from './messages.ts';
import { ReusedAnswer } from './reused-answer.ts';
import type { RowIndex } from './row-index.ts';
import { toSequence } from './row-sequence.ts';

/** Rows of the first page of a scan, and of the largest: whoever looks for one row does not read thousands. */
const SCAN_ROWS = { first: 32, most: 512, mostWhole: 64 } as const;
/** How much larger each page is than the one before it. */
const GROWTH = 4;

/** A row of a list that is indexed. */
type IndexedRow = RowKinds[IndexedKind];

interface Beside<Row> {
  readonly rows: readonly Row[];
  readonly without: readonly string[];
}

/**
 * The history of a process with what lies in its index: calls and traces reach as far back as the file, all else as far as
 * the memory. A row that is in both is told of once. Where the file can't be read the memory answers alone.
 */
export class IndexedCallStore implements CallStore {
  readonly #memory: CallStore;
  readonly #index: RowIndex;
  readonly #stats = new ReusedAnswer<Stats | undefined>();
  readonly #totals = new ReusedAnswer<readonly TopRow[] | undefined>();

  /** @param memory What the process appends to; the index is fed by it. */
  constructor(memory: CallStore, index: RowIndex) {
    this.#memory = memory;
    this.#index = index;
  }

  append<K extends RowKind>(kind: K, row: RowKinds[K]): void {
    this.#memory.append(kind, row);
  }

  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void {
    this.#memory.appendLater(kind, late);
  }

  appendFollowUp(searchId: string, followUp: SearchRowFollowUp): void {
    this.#memory.appendFollowUp(searchId, followUp);
  }

  subscribe(kinds: readonly RowKind[], listener: LiveListener, resume?: { readonly after: string }): { close(): void } {
    return this.#memory.subscribe(kinds, listener, resume);
  }

  seed<K extends RowKind>(kind: K, oldestFirst: readonly RowKinds[K][]): void {
    this.#memory.seed(kind, oldestFirst);
  }

  async list<K extends RowKind>(kind: K, request: ListRequest = {}): Promise<RowList<ListedRows[K]>> {
    const page = isIndexed(kind) ? await this.#fromFile((state) => this.#page(kind, request, state)) : undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows of that list
    return (page as RowList<ListedRows[K]> | undefined) ?? this.#memory.list(kind, request);
  }

  async *scan<K extends RowKind>(kind: K, filter: RowFilter = {}): AsyncGenerator<RowKinds[K], void, undefined> {
    if (!isIndexed(kind) || this.#index.readable === undefined) {
      yield* this.#memory.scan(kind, filter);
      return;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows of that list
    yield* this.#scanBoth(kind, filter, this.#index.readable) as AsyncIterable<RowKinds[K]>;
  }

  async find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]> {
    if (!isIndexed(kind)) {
      return this.#memory.find(kind, id);
    }
    const stored = await this.#fromFile(() => this.#index.ask('find', { kind, id }));
    const named = (rows: readonly IndexedRow[]): readonly IndexedRow[] =>
      rows.filter((row) => isNamed({ id: row.row_id, row }, id));
    // The last one of an id is the one: the memory may have let a payload go that the file has.
    const all = [
      ...(await this.#memory.find(kind, id)),
      ...named(this.#index.waiting(kind)),
      ...(stored === undefined ? [] : named(stored.map(toRow))),
    ];
    const byId = new Map(all.map((row) => [row.row_id, row]));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows of that list
    return newestFirst([...byId.values()]) as unknown as readonly RowKinds[K][];
  }

  async trace(id: string): Promise<TraceDetail | undefined> {
    return traceDetail(this, id);
  }

  async stats(request: StatsRequest): Promise<Stats> {
    const found = await this.#stats.get(`${request.range} ${request.until - request.since}`, () =>
      this.#statsOfBoth(request),
    );
    return found ?? this.#memory.stats(request);
  }

  #statsOfBoth(request: StatsRequest): Promise<Stats | undefined> {
    return this.#fromFile(async (state) => {
      const times = { sinceMillis: request.since, untilMillis: request.until };
      const [calls, traces] = [await this.#beside('calls', state, times), await this.#beside('traces', state, times)];
      const retainedSince = (await this.#oldest('calls', state))?.at;
      return this.#index.ask('stats', {
        options: { ...request, ...(retainedSince === undefined ? {} : { retainedSince }) },
        calls: calls.rows,
        without: calls.without,
        traces: traces.rows.map(({ operation, output_tokens: tokens, timestamp }) => ({
          operation,
          output_tokens: tokens,
          timestamp,
        })),
        withoutTraces: traces.without,
      });
    });
  }

  async instanceTotals(): Promise<readonly TopRow[]> {
    const found = await this.#totals.get('all', () =>
      this.#fromFile(async (state) => {
        const { rows: calls, without } = await this.#beside('calls', state, {});
        return this.#index.ask('totals', { calls, without });
      }),
    );
    return found ?? this.#memory.instanceTotals();
  }

  /** Of calls and traces what the memory and the file hold together. */
  async usage(): Promise<StoreUsage> {
    const own = await this.#memory.usage();
    const state = this.#index.readable;
    if (state === undefined) {
      return own;
    }
    const capacity = this.#index.health().capacity / 2;
    const calls = await this.#usageOf('calls', state, { own: own.calls, capacity });
    const traces = await this.#usageOf('traces', state, { own: own.traces, capacity });
    // Those that failed or were slow are told of by themselves.
    return { ...own, calls, traces: { ...traces, rows: Math.max(0, traces.rows - own.kept_traces.rows) } };
  }

  async #usageOf(
    kind: IndexedKind,
    state: FileState,
    { own, capacity }: { readonly own: RingUsage; readonly capacity: number },
  ): Promise<RingUsage> {
    const { rows, pruned } = state.lists[kind];
    const beside = await this.#beside(kind, state, {});
    const oldest = await this.#oldest(kind, state);
    return {
      rows: rows + beside.rows.length,
      capacity,
      appended: own.appended,
      dropped: pruned,
      ...(oldest === undefined ? {} : { oldest_retained: new Date(oldest.at).toISOString() }),
    };
  }

  /** When the oldest row of all was made. */
  async #oldest(kind: IndexedKind, state: FileState): Promise<{ readonly at: number } | undefined> {
    const { oldestMillis } = state.lists[kind];
    const { rows } = await this.#beside(kind, state, {});
    const last = rows.at(-1);
    const times = [oldestMillis, last && Date.parse(last.timestamp)].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : { at: Math.min(...times) };
  }

  /** What the file says; `undefined` where it can't be asked. */
  async #fromFile<Value>(ask: (state: FileState) => Promise<Value>): Promise<Value | undefined> {
    const state = this.#index.readable;
    try {
      return state === undefined ? undefined : await ask(state);
    } catch {
      // The index has noted why.
      return undefined;
    }
  }

  /** Rows that the file has not, newest first, and the ids of those that it may get meanwhile. */
  async #beside<K extends IndexedKind>(kind: K, { lists }: FileState, filter: RowFilter): Promise<Beside<RowKinds[K]>> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- rows of that list
    const waiting = this.#index.waiting(kind) as readonly RowKinds[K][];
    const { oldest = Number.POSITIVE_INFINITY } = lists[kind];
    const matches = matcherOf(kind, filter);
    const without = waiting.map(({ row_id: id }) => id);
    const ids = new Set(without);
    const rows = waiting.filter((row) => matches(row));
    for await (const row of this.#memory.scan(kind, filter)) {
      const { row_id: id } = row;
      if (!ids.has(id) && (this.#index.isMissing(kind, id) || (toSequence(id) ?? -1) < oldest)) {
        rows.push(row);
      }
    }
    return { rows: newestFirst(rows), without };
  }

  async #page(kind: IndexedKind, request: ListRequest, state: FileState): Promise<RowList<ListedRows[IndexedKind]>> {
    const { limit = DEFAULT_LIMIT, cursor } = request;
    const { rows: beside, without } = await this.#beside(kind, state, request);
    const read = { ...request, kind, limit: limit + 1, without, isWhole: false, isCounted: true };
    const { total, rows: stored } = await this.#index.ask('read', read);
    const ofMemory = beside.filter(({ row_id: id }) => cursor === undefined || id < cursor);
    const all = merge(ofMemory, stored.map(toRow));
    const rows = all.slice(0, limit).map((row) => toListed(kind, row));
    const last = rows.at(-1);
    const dropped = state.lists[kind].pruned;
    return {
      total: total + beside.length,
      returned: rows.length,
      rows,
      ...(all.length > limit && last !== undefined ? { next_cursor: last.row_id } : {}),
      ...(dropped === 0 ? {} : { dropped }),
    };
  }

  async *#scanBoth(
    kind: IndexedKind,
    filter: RowFilter,
    state: FileState,
  ): AsyncGenerator<IndexedRow, void, undefined> {
    const { rows: beside, without } = await this.#beside(kind, state, filter);
    const read = { ...filter, kind, without, isWhole: true, isCounted: false };
    let waiting: readonly IndexedRow[] = beside;
    let cursor: string | undefined;
    let limit: number = SCAN_ROWS.first;
    for (;;) {
      const request = { ...read, limit, ...(cursor === undefined ? {} : { cursor }) };
      const answer = await this.#fromFile(() => this.#index.ask('read', request));
      if (answer === undefined) {
        // What the memory has beyond the last row is told of all the same.
        yield* this.#scanMemory(kind, filter, cursor);
        return;
      }
      const page = answer.rows.map(toRow);
      const last = page.at(-1);
      const isEnd = page.length < limit || last === undefined;
      const due = isEnd ? waiting : waiting.filter(({ row_id: id }) => id > last.row_id);
      yield* merge(due, page);
      if (isEnd) {
        return;
      }
      waiting = waiting.slice(due.length);
      cursor = last.row_id;
      limit = Math.min(limit * GROWTH, kind === 'traces' ? SCAN_ROWS.mostWhole : SCAN_ROWS.most);
    }
  }

  async *#scanMemory(
    kind: IndexedKind,
    filter: RowFilter,
    before: string | undefined,
  ): AsyncGenerator<IndexedRow, void, undefined> {
    for await (const row of this.#memory.scan(kind, filter)) {
      if (before === undefined || row.row_id < before) {
        yield row;
      }
    }
  }
}

function isIndexed(kind: RowKind): kind is IndexedKind {
  return kind === 'calls' || kind === 'traces';
}

function toRow({ body, detail }: StoredRow): IndexedRow {
  const row: object = JSON.parse(body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what was written was a row
  return (detail === undefined ? row : { ...row, ...(JSON.parse(detail) as object) }) as IndexedRow;
}

/** Two lists as one, newest first. */
function merge(one: readonly IndexedRow[], other: readonly IndexedRow[]): readonly IndexedRow[] {
  return one.length === 0 ? other : newestFirst([...one, ...other]);
}

function newestFirst<Row extends { readonly row_id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (one.row_id < other.row_id ? 1 : -1));
}
