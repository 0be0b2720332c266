import type { Facet } from '../analytics/facet.ts';
import type { Stats } from '../analytics/stats.ts';
import type { TopRow } from '../analytics/tops/top-rows.ts';
import { createRowIds, newRowId, rowIdAt } from '../rows/row-id.ts';
import type { FollowUpNote, SearchRow } from '../rows/search-row.ts';
import type { TraceDetail } from '../rows/trace-row.ts';
import { boundRow, isKept, withFollowUp } from './bound-row.ts';
import type {
  CallStore,
  FacetRequest,
  LateKind,
  LateRow,
  ListRequest,
  LiveEvent,
  LiveListener,
  LiveRow,
  RowFilter,
  RowList,
  StatsRequest,
  StoreUsage,
} from './call-store.ts';
import { EntryReader } from './entry-reader.ts';
import { kindsBehind } from './feed.ts';
import { traceDetail } from './list-rows.ts';
import { LiveTail } from './live-tail.ts';
import { requirePositive } from './require-positive.ts';
import { GoneRequests } from './rings/gone-requests.ts';
import { LateEntry, type RingEntry, TraceEntry } from './rings/row-ring.ts';
import { RowShelf, sortById } from './rings/row-shelf.ts';
import type { ListedRows, RowKind, RowKinds } from './row-kinds.ts';

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

type Shelves = { readonly [K in RowKind]: RowShelf<RowKinds[K]> };

/** The history of one process, in rings. */
export class MemoryCallStore implements CallStore {
  readonly #shelves: Shelves;
  readonly #gone: GoneRequests;
  readonly #reader: EntryReader;
  readonly #live: LiveTail;
  readonly #newId: () => string;
  /** What is older belongs to an earlier process. */
  readonly #startId: string;
  readonly #onError: (error: unknown) => void;
  readonly #searches = new Map<string, SearchEntry>();

  /** @throws {RangeError} When a capacity or bound is not a positive integer. */
  constructor(options: MemoryCallStoreOptions = {}) {
    this.#shelves = createShelves(options);
    this.#gone = new GoneRequests(this.#shelves.traces.usage().capacity);
    this.#reader = new EntryReader({
      entriesOf: (kind) => this.entriesOf(kind),
      droppedFrom: (list) => this.#droppedFrom(list),
      goneTokens: () => this.#gone.tokens(),
      callsSince: () => millisOf(this.#shelves.calls.usage().oldest_retained),
    });
    this.#newId = options.now === undefined ? newRowId : createRowIds(options.now);
    this.#startId = this.#newId();
    this.#onError = options.onError ?? (() => undefined);
    this.#live = new LiveTail(this.#onError);
  }

  /** @param key That of a row which has no `row_id`; default a new one. */
  append<K extends RowKind>(kind: K, row: RowKinds[K], key?: string): void {
    try {
      const bounded = boundRow(row);
      const entry = toEntry(kind, keyOf(bounded) ?? key ?? this.#newId(), bounded);
      const evicted = this.#shelves[kind].append(entry);
      if (isSearch(entry)) {
        this.#index(entry, evicted);
      }
      this.#tell({ type: 'row', kind, id: entry.id, row: entry.row });
      this.#letGo(kind, evicted);
    } catch (error) {
      this.#onError(error);
    }
  }

  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void {
    try {
      const entry = new LateEntry<RowKinds[K]>(late, boundRow<K>);
      const evicted = this.#shelves[kind].append(entry, late.isKept ?? false);
      if (this.#live.isTold(kind)) {
        this.#tell(new ToldLate(kind, entry));
      }
      this.#letGo(kind, evicted);
    } catch (error) {
      this.#onError(error);
    }
  }

  #tell<K extends RowKind>(told: LiveRow<K>): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kind and row belong together
    this.#live.tell(told as Exclude<LiveEvent, { type: 'gap' }>);
  }

  appendFollowUp(searchId: string, followUp: FollowUpNote): void {
    const entry = this.#searches.get(searchId);
    if (entry !== undefined) {
      entry.row = withFollowUp(entry.row, followUp);
    }
  }

  async list<K extends RowKind>(kind: K, request: ListRequest = {}): Promise<RowList<ListedRows[K]>> {
    return this.#reader.list(kind, request);
  }

  async facet(kind: RowKind, request: FacetRequest): Promise<Facet> {
    return this.#reader.facet(kind, request);
  }

  async *scan<K extends RowKind>(
    kind: K,
    filter: RowFilter = {},
    isWanted?: (id: string) => boolean,
  ): AsyncGenerator<RowKinds[K], void, undefined> {
    yield* this.#reader.scan(kind, filter, isWanted);
  }

  async find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]> {
    return this.#reader.find(kind, id);
  }

  async trace(id: string): Promise<TraceDetail | undefined> {
    return traceDetail(this, id);
  }

  async stats(request: StatsRequest): Promise<Stats> {
    return this.#reader.stats(request);
  }

  async instanceTotals(): Promise<readonly TopRow[]> {
    return this.#reader.instanceTotals();
  }

  /** Rows with their keys, oldest first; of the feed those that are in no other list. */
  entriesOf<K extends RowKind>(kind: K): readonly RingEntry<RowKinds[K]>[] {
    return this.#shelves[kind].oldestFirst();
  }

  /** How many rows of a list were let go. */
  droppedOf(kind: RowKind): number {
    return this.#shelves[kind].dropped;
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
    const left = this.#shelves[kind].seed(entries);
    for (const entry of left) {
      if (isTrace(kind, entry)) {
        this.#gone.addTokens(entry.row);
      }
    }
    this.#searches.clear();
    for (const entry of this.#shelves.searches.oldestFirst()) {
      this.#index(entry, undefined);
    }
  }

  async usage(): Promise<StoreUsage> {
    const { calls, traces, searches, decisions, events, activity } = this.#shelves;
    const unlisted = this.#gone.fed.count;
    return {
      calls: calls.usage(),
      traces: { ...traces.usage(), ...(unlisted === 0 ? {} : { unlisted_dropped: unlisted }) },
      kept_traces: traces.keptUsage(),
      searches: searches.usage(),
      decisions: decisions.usage(),
      events: events.usage(),
      activity: activity.usage(),
    };
  }

  #letGo<K extends RowKind>(kind: K, evicted: RingEntry<RowKinds[K]> | undefined): void {
    if (evicted !== undefined && isTrace(kind, evicted)) {
      this.#gone.add(evicted);
    }
  }

  #droppedFrom(list: RowKind): number {
    const dropped = (kind: RowKind): number =>
      isFed(kind, [list]) ? this.#gone.fed.count : this.#shelves[kind].dropped;
    return kindsBehind(list).reduce((sum, kind) => sum + dropped(kind), 0);
  }

  #goneAfter(kinds: readonly RowKind[], after: string): number {
    const gone = (kind: RowKind): number =>
      isFed(kind, kinds) ? this.#gone.fed.after(after) : this.#shelves[kind].goneAfter(after);
    return [...new Set(kinds.flatMap(kindsBehind))].reduce((sum, kind) => sum + gone(kind), 0);
  }

  #index(added: SearchEntry, evicted: RingEntry<RowKinds[RowKind]> | undefined): void {
    if (evicted !== undefined && isSearch(evicted) && this.#searches.get(evicted.row.search_id) === evicted) {
      this.#searches.delete(evicted.row.search_id);
    }
    this.#searches.set(added.row.search_id, added);
  }

  #replay(kinds: readonly RowKind[], listener: LiveListener, after: string): void {
    const entries = kinds.flatMap((kind) => this.#reader.entries(kind).map((entry) => ({ kind, id: entry.id, entry })));
    const missed = this.#goneAfter(kinds, after);
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

/** It is made when a listener looks at it. */
class ToldLate<K extends LateKind> implements LiveRow<K> {
  readonly type = 'row';
  readonly kind: K;
  readonly unmade: LateEntry<RowKinds[K]>;

  constructor(kind: K, entry: LateEntry<RowKinds[K]>) {
    this.kind = kind;
    this.unmade = entry;
  }

  get id(): string {
    return this.unmade.id;
  }

  get row(): RowKinds[K] {
    return this.unmade.row;
  }
}

function millisOf(timestamp: string | undefined): number | undefined {
  return timestamp === undefined ? undefined : Date.parse(timestamp);
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

function isTrace(kind: RowKind, _entry: RingEntry<RowKinds[RowKind]>): _entry is RingEntry<RowKinds['traces']> {
  return kind === 'traces';
}

/** Whether rows are there for the feed alone: of traces it takes those that no other list tells of. */
function isFed(kind: RowKind, lists: readonly RowKind[]): boolean {
  return kind === 'traces' && !lists.includes('traces');
}

function isSearch(entry: RingEntry<RowKinds[RowKind]>): entry is SearchEntry {
  return 'hits' in entry.row;
}
