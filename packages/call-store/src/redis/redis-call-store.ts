import { newUuidV7 } from '@dcc-mcp/request-context';
import type { Facet } from '../analytics/facet.ts';
import type { Stats } from '../analytics/stats.ts';
import type { TopRow } from '../analytics/tops/top-rows.ts';
import { newRowId } from '../rows/row-id.ts';
import type { FollowUpNote } from '../rows/search-row.ts';
import type { TraceDetail } from '../rows/trace-row.ts';
import { boundRow, isKept } from '../store/bound-row.ts';
import type {
  CallStore,
  FacetRequest,
  LateKind,
  LateRow,
  ListRequest,
  LiveListener,
  RowFilter,
  RowList,
  SharedHealth,
  SharedHistory,
  StatsRequest,
  StoreUsage,
} from '../store/call-store.ts';
import { EntryReader } from '../store/entry-reader.ts';
import { kindsBehind } from '../store/feed.ts';
import { traceDetail } from '../store/list-rows.ts';
import type { MemoryCallStore } from '../store/memory-call-store.ts';
import { requirePositive } from '../store/require-positive.ts';
import { payloadBytesOf } from '../store/rings/payload-hold.ts';
import { sortById } from '../store/rings/row-shelf.ts';
import { type ListedRows, ROW_KINDS, type RowKind, type RowKinds } from '../store/row-kinds.ts';
import { mergedEntries } from './merged-rows.ts';
import { MergedUsage } from './merged-usage.ts';
import { OnceMade } from './once-made.ts';
import type { RedisCommands } from './redis-commands.ts';
import { RowWriter } from './row-writer.ts';
import type { UnsharedRow } from './share-queue.ts';
import { SharedRows } from './shared-rows.ts';
import { type SharedStream, streamsOf } from './shared-streams.ts';
import { SharedTail } from './shared-tail.ts';

/** Where rows are shared, and the bounds of that. */
export interface RedisCallStoreOptions {
  readonly commands: RedisCommands;
  /** `service.instance.id` of this gateway: it stands in each of its rows. */
  readonly serviceInstanceId: string;
  /** Begins every key. In braces is what decides the slot in a cluster. Default `dcc-mcp:v1:{rows}`. */
  readonly keyPrefix?: string;
  /** Most rows of each stream, about. Default 5,000. */
  readonly maxEntries?: number;
  /** Most bytes of a row in its stream; what is larger is cut. Default 8 KiB. */
  readonly maxEntryBytes?: number;
  /** How long rows wait to be written together, in milliseconds. Default 100. */
  readonly flushMillis?: number;
  /** Most rows that wait to be written. Default 10,000. */
  readonly maxQueuedRows?: number;
  /** About how many bytes of them may wait. Default 32 MiB. */
  readonly maxQueuedBytes?: number;
  /** How long somebody who looks waits for Redis at most, in milliseconds. Default 1,000. */
  readonly lookMillis?: number;
  /** How long rows of others are kept here after somebody looked, in milliseconds. Default 60,000. */
  readonly idleMillis?: number;
  /** Told of each row that no other gateway will tell of; it may be called while a row is recorded, and must be quick. */
  readonly onDropped?: () => void;
  /** Told of what a listener threw, and of a row that could not be kept. */
  readonly onError?: (error: unknown) => void;
}

/** What a row weighs while it waits, about, in bytes. */
const ROW_BYTES = 1024;
const MEBIBYTE = 1024 * 1024;

/**
 * The history of several gateways: rows lie in the memory of the one that made them and in capped streams in Redis, from
 * which each tells of the rows of all. Nothing of Redis is on the way of a request; while it is away each gateway tells of
 * its own rows and of those of others that it has read.
 */
export class RedisCallStore implements CallStore {
  readonly #own: MemoryCallStore;
  readonly #options: RedisCallStoreOptions;
  /** Two gateways may be given one `service.instance.id`. */
  readonly #process = newUuidV7(Date.now());
  readonly #maxQueuedRows: number;
  readonly #lookMillis: number;
  readonly #writer: RowWriter;
  readonly #rows: SharedRows;
  readonly #usage: MergedUsage;
  readonly #tail: SharedTail;
  readonly #reader: EntryReader;
  readonly #onError: (error: unknown) => void;

  /**
   * @param own What this process keeps by itself: nobody else may append to it.
   * @throws {RangeError} When a bound is not a positive integer.
   */
  constructor(own: MemoryCallStore, options: RedisCallStoreOptions) {
    const { commands, keyPrefix = 'dcc-mcp:v1:{rows}', maxEntries = 5000, maxEntryBytes = 8192 } = options;
    const { flushMillis = 100, maxQueuedRows = 10_000, maxQueuedBytes = 32 * MEBIBYTE } = options;
    const { lookMillis = 1_000, idleMillis = 60_000, onDropped = nothing, onError = nothing } = options;
    requirePositive({ maxEntries, maxEntryBytes, flushMillis, maxQueuedRows, maxQueuedBytes, lookMillis, idleMillis });
    this.#own = own;
    this.#options = options;
    this.#maxQueuedRows = maxQueuedRows;
    this.#lookMillis = lookMillis;
    this.#onError = onError;
    const place = { commands, keyPrefix, maxEntries };
    this.#rows = new SharedRows({
      ...place,
      idleMillis,
      onRows: (rows) => this.#tail.came(rows),
      onEnd: () => this.#tail.ended(),
    });
    this.#usage = new MergedUsage(own, { rows: this.#rows, maxEntries });
    this.#writer = new RowWriter({
      ...place,
      process: this.#process,
      maxEntryBytes,
      flushMillis,
      queue: { maxRows: maxQueuedRows, maxBytes: maxQueuedBytes },
      onDropped,
      onForgotten: () => this.#shareAgain(),
    });
    this.#tail = new SharedTail({
      rows: this.#rows,
      boundMillis: lookMillis,
      waiting: () => this.#writer.waiting(),
      entries: (kind) => this.#entriesOf(kind),
      onError,
    });
    this.#reader = new EntryReader({
      entriesOf: (kind) => this.#entriesOf(kind),
      droppedFrom: (list) => kindsBehind(list).reduce((sum, kind) => sum + this.#usage.droppedOf(kind), 0),
      callsSince: () => this.#usage.since('calls', this.#entriesOf('calls')[0]),
    });
  }

  get shared(): SharedHistory {
    return {
      own: this.#own,
      isForeign: (kind, id) => this.#isForeign(kind, id),
      health: () => this.#health(),
      flush: () => this.#writer.flush(),
      close: async () => {
        await this.#writer.close();
        this.#rows.close();
      },
    };
  }

  append<K extends RowKind>(kind: K, row: RowKinds[K]): void {
    try {
      const stamped = boundRow<K>(this.#stamped(kind, row));
      const id = 'row_id' in row ? row.row_id : newRowId();
      this.#own.append(kind, stamped, id);
      const stream = streamOf(kind, row);
      const bytes = ROW_BYTES + ('spans' in row ? payloadBytesOf(row) : 0);
      this.#share({ stream, id, bytes, read: () => stamped });
    } catch (error) {
      this.#onError(error);
    }
  }

  appendLater<K extends LateKind>(kind: K, late: LateRow<RowKinds[K]>): void {
    const { id, payloads } = late;
    const once = new OnceMade<RowKinds[K]>({ ...late, make: () => boundRow<K>(this.#stamped(kind, late.make())) });
    const read = (): RowKinds[K] => once.read();
    const forget = (): void => once.forget();
    this.#own.appendLater(kind, {
      ...late,
      make: read,
      ...(payloads && { payloads: { bytes: payloads.bytes, forget } }),
    });
    const stream = kind === 'traces' && late.isKept === true ? 'kept_traces' : kind;
    this.#share({ stream, id, bytes: ROW_BYTES + (payloads?.bytes ?? 0), read });
  }

  appendFollowUp(searchId: string, followUp: FollowUpNote): void {
    this.#own.appendFollowUp(searchId, followUp);
    const row = { search_id: searchId, ...followUp };
    this.#share({ stream: 'followups', id: newRowId(), bytes: ROW_BYTES, read: () => row });
  }

  async list<K extends RowKind>(kind: K, request: ListRequest = {}): Promise<RowList<ListedRows[K]>> {
    await this.#look(kind);
    return this.#reader.list(kind, request);
  }

  async facet(kind: RowKind, request: FacetRequest): Promise<Facet> {
    await this.#look(kind);
    return this.#reader.facet(kind, request);
  }

  async *scan<K extends RowKind>(
    kind: K,
    filter: RowFilter = {},
    isWanted?: (id: string) => boolean,
  ): AsyncGenerator<RowKinds[K], void, undefined> {
    await this.#look(kind);
    yield* this.#reader.scan(kind, filter, isWanted);
  }

  async find<K extends RowKind>(kind: K, id: string): Promise<readonly RowKinds[K][]> {
    await this.#look(kind);
    return this.#reader.find(kind, id);
  }

  async trace(id: string): Promise<TraceDetail | undefined> {
    return traceDetail(this, id);
  }

  async stats(request: StatsRequest): Promise<Stats> {
    await this.#look('calls', 'traces');
    return this.#reader.stats(request);
  }

  async instanceTotals(): Promise<readonly TopRow[]> {
    await this.#look('calls');
    return this.#reader.instanceTotals();
  }

  subscribe(kinds: readonly RowKind[], listener: LiveListener, resume?: { readonly after: string }): { close(): void } {
    return this.#tail.subscribe(kinds, listener, resume);
  }

  seed<K extends RowKind>(kind: K, oldestFirst: readonly RowKinds[K][]): void {
    this.#own.seed(kind, oldestFirst);
  }

  async usage(): Promise<StoreUsage> {
    await this.#look(...ROW_KINDS);
    return this.#usage.usage();
  }

  #entriesOf<K extends RowKind>(kind: K) {
    return mergedEntries(kind, { own: (each) => this.#own.entriesOf(each), rows: this.#rows });
  }

  #isForeign(kind: RowKind, id: string): boolean {
    const found = streamsOf(kind).map((stream) => this.#rows.stream(stream).get(id));
    return found.some((entry) => entry !== undefined && entry.process !== this.#process);
  }

  #look(...kinds: readonly RowKind[]): Promise<boolean> {
    const streams = new Set(kinds.flatMap(kindsBehind).flatMap(streamsOf));
    return this.#rows.freshen([...streams], this.#lookMillis);
  }

  #share(row: UnsharedRow): void {
    this.#writer.push(row);
    this.#tail.appended(row);
  }

  /** Redis lost what this process had written: it is given the newest again, after what waits and as far as there is room. */
  #shareAgain(): void {
    const waiting = new Set(this.#writer.waiting().map(({ stream, id }) => `${stream} ${id}`));
    const rows = ROW_KINDS.flatMap((kind) =>
      this.#own.entriesOf(kind).map((entry): UnsharedRow => {
        const stream = kind === 'traces' ? streamOf(kind, entry.row) : kind;
        return { stream, id: entry.id, bytes: ROW_BYTES, read: () => entry.row };
      }),
    );
    const lost = sortById(rows.filter(({ stream, id }) => !waiting.has(`${stream} ${id}`)));
    const room = Math.max(0, this.#maxQueuedRows - this.#writer.queued);
    lost.slice(Math.max(0, lost.length - room)).forEach((row) => this.#writer.push(row));
  }

  #stamped<K extends RowKind>(kind: K, row: RowKinds[K]): RowKinds[K] {
    const { serviceInstanceId } = this.#options;
    if (kind === 'activity' && 'correlation' in row) {
      return { ...row, correlation: { ...row.correlation, service_instance_id: serviceInstanceId } };
    }
    return { ...row, service_instance_id: serviceInstanceId };
  }

  #health(): SharedHealth {
    const { commands } = this.#options;
    const cause = commands.isUp ? this.#writer.failure : 'Redis is away';
    return {
      state: cause === undefined ? 'ok' : 'failing',
      rows: this.#writer.written,
      capacity: this.#usage.maxEntries,
      queued: this.#writer.queued,
      dropped: this.#writer.dropped,
      ...(cause === undefined ? {} : { last_error: cause }),
    };
  }
}

function streamOf(kind: RowKind, row: RowKinds[RowKind]): SharedStream {
  return kind === 'traces' && 'spans' in row && isKept(row) ? 'kept_traces' : kind;
}

function nothing(): void {}
