import type { Facet, FacetOptions } from '../analytics/facet.ts';
import type { Stats, StatsOptions } from '../analytics/stats.ts';
import type { TopRow } from '../analytics/tops/top-rows.ts';
import type { Query } from '../query/query-ast.ts';
import type { FollowUpNote } from '../rows/search-row.ts';
import type { TraceDetail, TraceOperation } from '../rows/trace-row.ts';
import type { ListedRows, RowKind, RowKinds } from './row-kinds.ts';

/** Which rows of a list. */
export interface ListRequest extends RowFilter {
  /** Most rows of the answer; a whole number. Default 200. */
  readonly limit?: number;
  /** Rows older than the one with this `row_id` alone: `next_cursor` of the page before. */
  readonly cursor?: string;
}

/** Which rows at all. */
export interface RowFilter {
  /** Milliseconds since the epoch, inclusive. */
  readonly sinceMillis?: number;
  /** Milliseconds since the epoch, inclusive. */
  readonly untilMillis?: number;
  /** Of `parseQuery` with the fields of the list. */
  readonly query?: Query;
}

/** One page of a list, newest first. */
export interface RowList<Row> {
  /** Rows that are retained and match, on all pages. */
  readonly total: number;
  /** Rows of this page. */
  readonly returned: number;
  /** Rows that were looked at for it: all that are retained, unless where they lie says that none of them is asked for. */
  readonly scanned: number;
  readonly rows: readonly Row[];
  /** Absent on the last page. */
  readonly next_cursor?: string;
  /** Rows that were let go since the start to make room; absent where none were. */
  readonly dropped?: number;
}

/** What a subscriber is told. */
export type LiveEvent = LiveGap | { readonly [K in RowKind]: LiveRow<K> }[RowKind];

/** A row that was appended. */
export interface LiveRow<K extends RowKind = RowKind> {
  readonly type: 'row';
  readonly kind: K;
  /** The place to resume after. */
  readonly id: string;
  /** Made when it is looked at, and kept then. */
  readonly row: RowKinds[K];
  /** Present where it may not be made yet: for who writes it down later, and has no use for it afterwards. */
  readonly unmade?: UnmadeRow<RowKinds[K]>;
}

/** A row that was appended and that nobody may have looked at yet. */
export interface UnmadeRow<Row> {
  /** About how many bytes of payloads it holds. */
  readonly bytes: number;
  /** The row; one that nobody has looked at is made and not kept. */
  make(): Row;
}

/** Rows between `after` and what is still retained are gone. */
export interface LiveGap {
  readonly type: 'gap';
  /** How many are known to be gone; 0 where they went with another process, which nobody counted. */
  readonly missed: number;
}

/** Called while the row is recorded, on the way of a request: it must be quick. What it throws is dropped. */
export type LiveListener = (event: LiveEvent) => void;

/** Lists whose rows may be made later. */
export type LateKind = 'calls' | 'decisions' | 'traces';

/** A row that is not made yet. */
export interface LateRow<Row> {
  /** Its `row_id`. */
  readonly id: string;
  /** Of a trace: it failed or was slow, so that good ones never push it out. */
  readonly isKept?: boolean;
  /** Of a trace: what it is of, so that one of a call is let go without being made. */
  readonly operation?: TraceOperation;
  /** Gives the same each time until it is kept: who writes it down does not keep it. What it throws goes to whoever looks. */
  make(): Row;
  /** Of a trace: what `make` holds of payloads. Without it they stay as long as the row. */
  readonly payloads?: {
    /** About how many bytes. */
    readonly bytes: number;
    /** Lets them go; `make` gives payloads of {@link withoutContent} from then on. Called once at most. */
    forget(): void;
  };
}

/** Of which rows values are counted, and which. */
export interface FacetRequest extends RowFilter, FacetOptions {}

/** Of which calls statistics are made; traces and how far back they reach are the store's to know. */
export type StatsRequest = Omit<StatsOptions, 'retainedSince' | 'traces'>;

/** How full a ring is. */
export interface RingUsage {
  readonly rows: number;
  readonly capacity: number;
  /** Rows ever appended; seeded ones don't count. */
  readonly appended: number;
  /** Rows that were let go to make room. */
  readonly dropped: number;
  /** Of traces: those among `dropped` that no other list tells of; absent where none are, or nobody knows. */
  readonly unlisted_dropped?: number;
  /** Timestamp of the oldest row. */
  readonly oldest_retained?: string;
  /** About how many bytes of payloads are held; of traces alone. */
  readonly payload_bytes?: number;
  /** Rows whose payloads were let go before them to make room; absent where none were. */
  readonly payloads_dropped?: number;
}

/** The rings by name: those of the lists, and the one of failed and slow traces. */
export type StoreUsage = Readonly<Record<RowKind | 'kept_traces', RingUsage>>;

/**
 * The history of a gateway. What is appended is bounded and already redacted. Appending belongs to the way of a request:
 * it is synchronous and never throws. Reading is asynchronous, so that rows may be kept elsewhere.
 */
export interface CallStore {
  /** Adds a row at the newest end. */
  append<K extends RowKind>(kind: K, row: RowKinds[K]): void;
  /**
   * The same for a row that is made when somebody looks at it: most are let go before anybody does, and cost nothing more.
   * What `make` holds is kept in its place.
   */
  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void;
  /** Adds what was done with a hit to its search; nothing happens where the search is not retained. */
  appendFollowUp(searchId: string, followUp: FollowUpNote): void;
  /** A page of a list, newest first. */
  list<K extends RowKind>(kind: K, request?: ListRequest): Promise<RowList<ListedRows[K]>>;
  /** The most frequent values of a field, over all rows that a filter asks for. @throws {RangeError} As `facetField`. */
  facet(kind: RowKind, request: FacetRequest): Promise<Facet>;
  /**
   * Whole rows, newest first, one after the other: for sums and exports.
   *
   * @param isWanted Says by their `row_id` which rows need not be made; they may come all the same.
   */
  scan<K extends RowKind>(kind: K, filter?: RowFilter, isWanted?: (id: string) => boolean): AsyncIterable<RowKinds[K]>;
  /** Rows whose row id, request id, trace id or search id is `id`, newest first. */
  find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]>;
  /** The newest trace whose row id, request id or trace id is `id`, with the retained requests of the same trace. */
  trace(id: string): Promise<TraceDetail | undefined>;
  /** What the calls of some time say: sums are made where the rows are. */
  stats(request: StatsRequest): Promise<Stats>;
  /** What all retained calls say of each instance, by `instance_id`. */
  instanceTotals(): Promise<readonly TopRow[]>;
  /**
   * Tells of each row of these kinds from now on, until `close`.
   *
   * @param resume With `after`, what is retained and newer than that row comes first, oldest first, where it lies here before
   *   this returns; a gap is told before it.
   */
  subscribe(kinds: readonly RowKind[], listener: LiveListener, resume?: { readonly after: string }): { close(): void };
  /** Puts rows of an earlier process before those of this one. They are not appended: nobody is told, nothing is counted. */
  seed<K extends RowKind>(kind: K, oldestFirst: readonly RowKinds[K][]): void;
  usage(): Promise<StoreUsage>;
  /** Present where the rows of other processes are told of, too. */
  readonly shared?: SharedHistory;
}

/** What belongs to this process of a history that it shares. */
export interface SharedHistory {
  /** What this process appended, or was seeded with: files are written of it. */
  readonly own: CallStore;
  /** Whether a row that was read came from another process. */
  isForeign(kind: RowKind, id: string): boolean;
  health(): SharedHealth;
  /** Lets others read what they can't yet. Never rejects. */
  flush(): Promise<void>;
  /** The same at the end; what can't be written then is dropped. */
  close(): Promise<void>;
}

/** How the rows of a process reach others. */
export interface SharedHealth {
  readonly state: 'ok' | 'failing';
  /** Rows of this process that others can read, or could until they were let go. */
  readonly rows: number;
  /** Most rows of a list that all processes share. */
  readonly capacity: number;
  /** Rows that others can't read yet. */
  readonly queued: number;
  /** Rows that others will never read. */
  readonly dropped: number;
  readonly last_error?: string;
}
