import { stats, type Stats } from '../analytics/stats.ts';
import { type TopRow, toTopRows } from '../analytics/top-rows.ts';
import type { CallRow } from '../rows/call-row.ts';
import { createRowIds, newRowId, rowIdAt } from '../rows/row-id.ts';
import type { SearchRow, SearchRowFollowUp } from '../rows/search-row.ts';
import type { TraceDetail } from '../rows/trace-row.ts';
import { boundRow, isKept, withFollowUp } from './bound-row.ts';
import type {
  CallStore,
  LateKind,
  LateRow,
  ListRequest,
  LiveEvent,
  LiveListener,
  RowFilter,
  RowList,
  StatsRequest,
  StoreUsage,
} from './call-store.ts';
import { FEED_KINDS, feedOf, type Shelves } from './feed.ts';
import { isNamed, matcherOf, pageOf, toListed } from './list-rows.ts';
import { LiveTail } from './live-tail.ts';
import { requirePositive } from './require-positive.ts';
import type { ListedRows, RowKind, RowKinds } from './row-kinds.ts';
import { LateEntry, type RingEntry, TraceEntry } from './row-ring.ts';
import { RowShelf, sortById } from './row-shelf.ts';
import { traceDetail } from './trace-detail.ts';

/** How many rows are kept; each a positive integer. */
export interface MemoryCallStoreOptions {
  /** Default 5,000. */
  readonly calls?: number;
  /** Good traces. Default 1,000. */
  readonly traces?: number;
  /** Failed and slow traces, which good ones never push out. Default 1,000. */
  readonly keptTraces?: number;
  /** Default 1,000. */
  readonly searches?: number;
  /** Default 1,000. */
  readonly decisions?: number;
  /** Default 1,000. */
  readonly events?: number;
  /** Entries of the feed that are in no other list. Default 1,000. */
  readonly activity?: number;
  /**
   * About how many bytes of payloads are held in all: half of them for failed and slow traces. Those of the oldest traces go
   * first; the traces stay. Default 64 MiB.
   */
  readonly payloadBytes?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Told of what a listener threw, and of a row that could not be kept. */
  readonly onError?: (error: unknown) => void;
}

/** A search gets follow-ups after it was appended. */
interface SearchEntry {
  readonly id: string;
  row: SearchRow;
}

/** The history of one process, in rings. */
export class MemoryCallStore implements CallStore {
  readonly #shelves: Shelves;
  readonly #live: LiveTail;
  readonly #newId: () => string;
  /** What is older belongs to an earlier process. */
  readonly #startId: string;
  readonly #onError: (error: unknown) => void;
  readonly #searches = new Map<string, SearchEntry>();

  /** @throws {RangeError} When a capacity or bound is not a positive integer. */
  constructor(options: MemoryCallStoreOptions = {}) {
    this.#shelves = createShelves(options);
    this.#newId = options.now === undefined ? newRowId : createRowIds(options.now);
    this.#startId = this.#newId();
    this.#onError = options.onError ?? (() => undefined);
    this.#live = new LiveTail(this.#onError);
  }

  append<K extends RowKind>(kind: K, row: RowKinds[K]): void {
    try {
      const bounded = boundRow(row);
      const entry = toEntry(kind, keyOf(bounded) ?? this.#newId(), bounded);
      const evicted = this.#shelves[kind].append(entry);
      if (isSearch(entry)) {
        this.#index(entry, evicted);
      }
      this.#tell(kind, entry);
    } catch (error) {
      this.#onError(error);
    }
  }

  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void {
    try {
      const entry = new LateEntry<RowKinds[K]>({ ...late, make: () => boundRow<K>(late.make()) });
      this.#shelves[kind].append(entry, late.isKept ?? false);
      if (this.#live.isTold(kind)) {
        this.#tell(kind, entry);
      }
    } catch (error) {
      this.#onError(error);
    }
  }

  #tell<K extends RowKind>(kind: K, { id, row }: RingEntry<RowKinds[K]>): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kind and row belong together
    this.#live.tell({ type: 'row', kind, id, row } as Exclude<LiveEvent, { type: 'gap' }>);
  }

  appendFollowUp(searchId: string, followUp: SearchRowFollowUp): void {
    const entry = this.#searches.get(searchId);
    if (entry !== undefined) {
      entry.row = withFollowUp(entry.row, followUp);
    }
  }

  async list<K extends RowKind>(kind: K, request: ListRequest = {}): Promise<RowList<ListedRows[K]>> {
    const page = pageOf(this.#entries(kind), request, matcherOf(kind, request));
    const dropped = kindsBehind(kind).reduce((sum, each) => sum + this.#shelves[each].dropped, 0);
    return {
      ...page,
      rows: page.rows.map((row) => toListed(kind, row)),
      ...(dropped === 0 ? {} : { dropped }),
    };
  }

  async *scan<K extends RowKind>(kind: K, filter: RowFilter = {}): AsyncGenerator<RowKinds[K], void, undefined> {
    const matches = matcherOf(kind, filter);
    for (const { row } of this.#entries(kind).toReversed()) {
      if (matches(row)) {
        yield row;
      }
    }
  }

  async find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]> {
    return this.#entries(kind)
      .filter((entry) => isNamed(entry, id))
      .map(({ row }) => row)
      .toReversed();
  }

  async trace(id: string): Promise<TraceDetail | undefined> {
    return traceDetail(this, id);
  }

  async stats(request: StatsRequest): Promise<Stats> {
    const oldest = this.#shelves.calls.usage().oldest_retained;
    const retainedSince = oldest === undefined ? undefined : Date.parse(oldest);
    const traces = this.#shelves.traces.oldestFirst().map(({ row }) => row);
    return stats(this.#calls(), { ...request, retainedSince, traces });
  }

  async instanceTotals(): Promise<readonly TopRow[]> {
    return toTopRows(this.#calls(), ({ instance_id: id }) => id);
  }

  #calls(): readonly CallRow[] {
    return this.#shelves.calls.oldestFirst().map(({ row }) => row);
  }

  subscribe(kinds: readonly RowKind[], listener: LiveListener, resume?: { readonly after: string }): { close(): void } {
    if (resume !== undefined) {
      this.#replay(kinds, listener, resume.after);
    }
    return this.#live.subscribe(kinds, listener);
  }

  seed<K extends RowKind>(kind: K, oldestFirst: readonly RowKinds[K][]): void {
    const rows = oldestFirst.map((row) => boundRow(row));
    const entries = rows.map((row) => toEntry(kind, keyOf(row) ?? rowIdAt(Date.parse(row.timestamp)), row));
    this.#shelves[kind].seed(entries);
    this.#searches.clear();
    for (const entry of this.#shelves.searches.oldestFirst()) {
      this.#index(entry, undefined);
    }
  }

  async usage(): Promise<StoreUsage> {
    const { calls, traces, searches, decisions, events, activity } = this.#shelves;
    return {
      calls: calls.usage(),
      traces: traces.usage(),
      kept_traces: traces.keptUsage(),
      searches: searches.usage(),
      decisions: decisions.usage(),
      events: events.usage(),
      activity: activity.usage(),
    };
  }

  #entries<K extends RowKind>(kind: K): readonly RingEntry<RowKinds[K]>[] {
    const own = kind === 'activity' ? feedOf(this.#shelves) : this.#shelves[kind].oldestFirst();
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the feed belongs to its kind
    return own as readonly RingEntry<RowKinds[K]>[];
  }

  #index(added: SearchEntry, evicted: RingEntry<RowKinds[RowKind]> | undefined): void {
    if (evicted !== undefined && isSearch(evicted) && this.#searches.get(evicted.row.search_id) === evicted) {
      this.#searches.delete(evicted.row.search_id);
    }
    this.#searches.set(added.row.search_id, added);
  }

  #replay(kinds: readonly RowKind[], listener: LiveListener, after: string): void {
    const entries = kinds.flatMap((kind) => this.#entries(kind).map((entry) => ({ kind, id: entry.id, entry })));
    const behind = new Set(kinds.flatMap(kindsBehind));
    const missed = [...behind].reduce((sum, kind) => sum + this.#shelves[kind].goneAfter(after), 0);
    const isFromBefore = after < this.#startId && !entries.some(({ id }) => id === after);
    if (missed > 0 || isFromBefore) {
      this.#live.tellOne(listener, { type: 'gap', missed });
    }
    for (const { kind, id, entry } of sortById(entries.filter(({ id: key }) => key > after))) {
      // Rows that come before `after` are not made for this.
      const event = { type: 'row', kind, id, row: entry.row };
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kind and row belong together
      this.#live.tellOne(listener, event as LiveEvent);
    }
  }
}

const MEBIBYTE = 1024 * 1024;

function createShelves(options: MemoryCallStoreOptions): Shelves {
  const { calls = 5000, traces = 1000, keptTraces = 1000, searches = 1000 } = options;
  const { decisions = 1000, events = 1000, activity = 1000, payloadBytes = 64 * MEBIBYTE } = options;
  requirePositive({ payloadBytes });
  return {
    calls: new RowShelf(calls),
    traces: new RowShelf(traces, { capacity: keptTraces, isKept, maxPayloadBytes: payloadBytes / 2 }),
    searches: new RowShelf(searches),
    decisions: new RowShelf(decisions),
    events: new RowShelf(events),
    activity: new RowShelf(activity),
  };
}

function keyOf(row: RowKinds[RowKind]): string | undefined {
  return 'row_id' in row ? row.row_id : undefined;
}

function toEntry<K extends RowKind>(kind: K, id: string, row: RowKinds[K]): RingEntry<RowKinds[K]> {
  return kind === 'traces' ? new TraceEntry(id, row) : { id, row };
}

function isSearch(entry: RingEntry<RowKinds[RowKind]>): entry is SearchEntry {
  return 'hits' in entry.row;
}

/** The rings that a list is read from. */
function kindsBehind(kind: RowKind): readonly RowKind[] {
  return kind === 'activity' ? FEED_KINDS : [kind];
}
