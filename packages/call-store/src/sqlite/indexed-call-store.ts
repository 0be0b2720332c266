import { type Facet, facetField } from '../analytics/facet.ts';
import type { Stats } from '../analytics/stats.ts';
import type { TopRow } from '../analytics/tops/top-rows.ts';
import { QUERY_FIELDS } from '../query/fields/query-fields.ts';
import type { FollowUpNote } from '../rows/search-row.ts';
import type { TraceDetail } from '../rows/trace-row.ts';
import type {
  CallStore,
  FacetRequest,
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
import { isNamed, matcherOf, traceDetail } from '../store/list-rows.ts';
import type { ListedRows, RowKind, RowKinds } from '../store/row-kinds.ts';
import { JoinedRows, newestFirst, toRow } from './joined-rows.ts';
import type { FileState, IndexedKind, ListState } from './messages.ts';
import { ReusedAnswer } from './reused-answer.ts';
import type { RowIndex } from './row-index.ts';

/**
 * The history of a process with what lies in its index: calls and traces reach as far back as the file, all else as far as
 * the memory. A row that is in both is told of once. Where the file can't be read the memory answers alone.
 */
export class IndexedCallStore implements CallStore {
  readonly #memory: CallStore;
  readonly #index: RowIndex;
  readonly #joined: JoinedRows;
  readonly #stats = new ReusedAnswer<Stats | undefined>();
  readonly #totals = new ReusedAnswer<readonly TopRow[] | undefined>();

  /**
   * @param memory What the process appends to. The index is fed by it, or by its own part where it is shared with other
   *   processes, whose rows are told of as far as it has them.
   */
  constructor(memory: CallStore, index: RowIndex) {
    this.#memory = memory;
    this.#index = index;
    this.#joined = new JoinedRows(memory, index);
  }

  append<K extends RowKind>(kind: K, row: RowKinds[K]): void {
    this.#memory.append(kind, row);
  }

  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void {
    this.#memory.appendLater(kind, late);
  }

  appendFollowUp(searchId: string, followUp: FollowUpNote): void {
    this.#memory.appendFollowUp(searchId, followUp);
  }

  subscribe(kinds: readonly RowKind[], listener: LiveListener, resume?: { readonly after: string }): { close(): void } {
    return this.#memory.subscribe(kinds, listener, resume);
  }

  seed<K extends RowKind>(kind: K, oldestFirst: readonly RowKinds[K][]): void {
    this.#memory.seed(kind, oldestFirst);
  }

  async list<K extends RowKind>(kind: K, request: ListRequest = {}): Promise<RowList<ListedRows[K]>> {
    const page = isIndexed(kind)
      ? await this.#joined.fromFile((state) => this.#joined.page(kind, request, state))
      : undefined;
    return page ?? this.#memory.list(kind, request);
  }

  async facet(kind: RowKind, request: FacetRequest): Promise<Facet> {
    // What is asked wrongly is no failure of the file.
    facetField(QUERY_FIELDS[kind], request.field);
    const found = isIndexed(kind)
      ? await this.#joined.fromFile(async (state) => {
          const { rows: beside, without } = await this.#joined.beside(kind, state, request);
          return this.#index.ask('facet', { kind, request, beside, without });
        })
      : undefined;
    return found ?? this.#memory.facet(kind, request);
  }

  async *scan<K extends RowKind>(kind: K, filter: RowFilter = {}): AsyncGenerator<RowKinds[K], void, undefined> {
    const state = this.#index.readable;
    yield* isIndexed(kind) && state !== undefined
      ? this.#joined.scan(kind, filter, state)
      : this.#memory.scan(kind, filter);
  }

  async find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]> {
    if (!isIndexed(kind)) {
      return this.#memory.find(kind, id);
    }
    const stored = (await this.#joined.fromFile(() => this.#index.ask('find', { kind, id }))) ?? [];
    // The last one of an id is the one: the memory may have let a payload go that the file has.
    const beyond = [...this.#index.waiting(kind), ...stored.map(toRow<typeof kind>)];
    const named = beyond.filter((row) => isNamed({ id: row.row_id, row }, id));
    const byId = new Map([...(await this.#memory.find(kind, id)), ...named].map((row) => [row.row_id, row]));
    return newestFirst([...byId.values()]);
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
    return this.#joined.fromFile(async (state) => {
      const times = { sinceMillis: request.since, untilMillis: request.until };
      const calls = await this.#joined.beside('calls', state, {});
      const traces = await this.#joined.beside('traces', state, times);
      return this.#index.ask('stats', {
        options: { ...request, retainedSince: await this.#since(oldestOf(state.lists.calls, calls.rows)) },
        calls: calls.rows.filter(matcherOf('calls', times)),
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

  /** Calls of other processes may be gone that are younger than the oldest one of the file. */
  async #since(oldest: number | undefined): Promise<number | undefined> {
    if (this.#memory.shared === undefined || oldest === undefined) {
      return oldest;
    }
    const { calls } = await this.#memory.usage();
    return calls.dropped === 0 || calls.oldest_retained === undefined
      ? oldest
      : Math.max(oldest, Date.parse(calls.oldest_retained));
  }

  async instanceTotals(): Promise<readonly TopRow[]> {
    const found = await this.#totals.get('all', () =>
      this.#joined.fromFile(async (state) => {
        const { rows: calls, without } = await this.#joined.beside('calls', state, {});
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
    const calls = await this.#usageOf('calls', state, own.calls);
    const traces = await this.#usageOf('traces', state, own.traces);
    // Those that failed or were slow are told of by themselves.
    return { ...own, calls, traces: { ...traces, rows: Math.max(0, traces.rows - own.kept_traces.rows) } };
  }

  async #usageOf(kind: IndexedKind, state: FileState, { appended }: RingUsage): Promise<RingUsage> {
    const { rows: beside } = await this.#joined.beside(kind, state, {});
    const { rows, pruned } = state.lists[kind];
    const oldest = oldestOf(state.lists[kind], beside);
    return {
      rows: rows + beside.length,
      capacity: this.#index.maxRows,
      appended,
      dropped: pruned,
      ...(oldest === undefined ? {} : { oldest_retained: new Date(oldest).toISOString() }),
    };
  }
}

/** When the oldest row of the file and of those beside it (newest first) was made, in epoch milliseconds. */
function oldestOf({ oldestMillis }: ListState, beside: readonly { readonly timestamp: string }[]): number | undefined {
  const last = beside.at(-1);
  const times = [oldestMillis, last && Date.parse(last.timestamp)]
    .filter((at) => at !== undefined)
    .filter((at) => !Number.isNaN(at));
  return times.length === 0 ? undefined : Math.min(...times);
}

function isIndexed<K extends RowKind>(kind: K): kind is K & IndexedKind {
  return kind === 'calls' || kind === 'traces';
}
