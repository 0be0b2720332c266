import { newRowId } from '../rows/row-id.ts';
import type { LiveEvent, LiveListener } from '../store/call-store.ts';
import { kindsBehind, toFeedRow } from '../store/feed.ts';
import { LiveTail } from '../store/live-tail.ts';
import type { RingEntry } from '../store/rings/row-ring.ts';
import type { RowKind } from '../store/row-kinds.ts';
import type { MirrorEntry } from './mirror-stream.ts';
import type { SharedRows } from './shared-rows.ts';
import { kindOf, SHARED_STREAMS, type SharedStream, streamsOf } from './shared-streams.ts';

/** What is told of, and how it is known. */
export interface SharedTailOptions {
  readonly rows: SharedRows;
  /** How long a reader waits for what it missed. */
  readonly boundMillis: number;
  /** Own rows that others can't read yet. */
  readonly waiting: () => readonly OwnRow[];
  /** A list as it is known here, oldest key first. */
  readonly entries: (kind: RowKind) => readonly RingEntry<object>[];
  readonly onError: (error: unknown) => void;
}

/** A row of this process on its way to others. */
export interface OwnRow {
  readonly stream: SharedStream;
  readonly id: string;
  readonly read: () => object;
}

type LiveRowEvent = Exclude<LiveEvent, { readonly type: 'gap' }>;

/** Rows told of before others could read them that are remembered, so that nobody is told twice. */
const MAX_TOLD = 20_000;

/**
 * Tells of the rows of all gateways, in the order of the streams, which is the same at each of them: own rows, too, come
 * from there. While Redis is away own rows are told of as they come.
 */
export class SharedTail {
  readonly #options: SharedTailOptions;
  readonly #live: LiveTail;
  readonly #told = new Set<string>();

  constructor(options: SharedTailOptions) {
    this.#options = options;
    this.#live = new LiveTail(options.onError);
  }

  subscribe(kinds: readonly RowKind[], listener: LiveListener, resume?: { readonly after: string }): { close(): void } {
    const state = { isClosed: false, end: () => undefined as void };
    this.#join({ kinds, listener, after: resume?.after }, state).catch(this.#options.onError);
    return {
      close: () => {
        state.isClosed = true;
        state.end();
      },
    };
  }

  /** An own row was appended; it may be on its way to others. */
  appended(row: OwnRow): void {
    const kind = kindOf(row.stream);
    if (kind !== undefined && !this.#options.rows.isTelling && this.#live.isTold(kind)) {
      this.#tellOwn(row);
    }
  }

  /** Rows came from the streams, own ones among them. */
  came(entries: readonly MirrorEntry[]): void {
    for (const entry of entries) {
      const kind = kindOf(entry.stream);
      if (kind !== undefined && !this.#told.delete(keyOf(entry)) && this.#live.isTold(kind)) {
        this.#tell(toEvent(kind, entry));
      }
    }
  }

  /** A row that is none harms no other. */
  #tell(event: LiveRowEvent): void {
    try {
      this.#live.tell(event);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** Rows don't come from the streams any more: own ones that are on their way are told of now. */
  ended(): void {
    const { rows, waiting } = this.#options;
    for (const row of waiting()) {
      const kind = kindOf(row.stream);
      const isKnown = this.#told.has(keyOf(row)) || rows.stream(row.stream).get(row.id) !== undefined;
      if (kind !== undefined && !isKnown && this.#live.isTold(kind)) {
        this.#tellOwn(row);
      }
    }
  }

  #tellOwn(own: OwnRow): void {
    const kind = kindOf(own.stream);
    if (kind === undefined) {
      return;
    }
    try {
      this.#live.tell(toEvent(kind, { id: own.id, row: own.read() }));
      this.#remember(own);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #remember(row: OwnRow): void {
    this.#told.add(keyOf(row));
    if (this.#told.size > MAX_TOLD) {
      const [oldest = ''] = this.#told;
      this.#told.delete(oldest);
    }
  }

  async #join(reader: Reader, state: { isClosed: boolean; end: () => void }): Promise<void> {
    const { rows, boundMillis } = this.#options;
    const begin = newRowId();
    const isFresh = await rows.freshen(SHARED_STREAMS, boundMillis);
    if (state.isClosed) {
      return;
    }
    // Nothing comes between what is told here and what follows.
    const known = this.#replay(reader, begin, isFresh);
    const subscription = this.#live.subscribe(reader.kinds, without(known, reader.listener));
    const stop = rows.follow();
    state.end = () => {
      subscription.close();
      stop();
    };
  }

  /**
   * Tells of what is known here and comes behind the place of a reader, or after it asked.
   *
   * @returns What may come from its stream, and is known to the reader already.
   */
  #replay({ kinds, listener, after }: Reader, begin: string, isFresh: boolean): Set<string> {
    const rows = [...new Set(kinds.flatMap(kindsBehind))].flatMap((kind) => this.#placed(kind));
    const place = after === undefined ? undefined : placeOf(rows, after);
    if (after !== undefined && !rows.some(({ id }) => id === after)) {
      // Nobody counts what other gateways let go.
      this.#live.tellOne(listener, { type: 'gap', missed: 0 });
    }
    const waiting = this.#options.waiting();
    const unread = new Set(isFresh ? waiting.map(keyOf) : []);
    // A reader that comes back has seen what it knows and what is older, also where the streams have not told of it yet.
    const untold = [...waiting, ...rows.filter(({ order }) => order === undefined)];
    const known = untold.filter(({ id }) => after !== undefined && id <= after).map(keyOf);
    // What waits comes from its stream in a moment.
    const due = rows.filter(
      (row) => isDue(row, after ?? begin, place) && !(row.order === undefined && unread.has(keyOf(row))),
    );
    for (const row of due.toSorted(inOrder)) {
      this.#tellReader({ kinds, listener }, toEvent(row.kind, row));
    }
    return new Set([...known, ...due.filter(({ order }) => order === undefined).map(keyOf)]);
  }

  #tellReader({ kinds, listener }: Pick<Reader, 'kinds' | 'listener'>, event: LiveRowEvent): void {
    if (kinds.includes(event.kind)) {
      this.#live.tellOne(listener, event);
    }
    const row = kinds.includes('activity') ? toFeedRow(event) : undefined;
    if (row !== undefined) {
      this.#live.tellOne(listener, { type: 'row', kind: 'activity', id: event.id, row });
    }
  }

  #placed(kind: RowKind): readonly PlacedRow[] {
    const streams = streamsOf(kind).map((name) => this.#options.rows.stream(name));
    return this.#options.entries(kind).map((entry) => {
      const shared = streams.map((stream) => stream.get(entry.id)).find((found) => found !== undefined);
      return new PlacedRow(kind, entry, shared);
    });
  }
}

/** A reader that is not told of what it knows. */
function without(known: Set<string>, listener: LiveListener): LiveListener {
  return known.size === 0
    ? listener
    : (event) => (event.type === 'row' && known.has(keyOfEvent(event))) || listener(event);
}

/** An entry of the feed has the key of the row that it is made from. */
function keyOfEvent({ kind, id, row }: LiveRowEvent): string {
  const [, from = kind] = kind === 'activity' ? (/^(\w+):/.exec(row.event_id) ?? []) : [];
  return `${FED_BY[from] ?? kind} ${id}`;
}

const FED_BY: Readonly<Record<string, RowKind>> = {
  tool_call: 'calls',
  search: 'searches',
  failed_search: 'traces',
  describe: 'traces',
  load_skill: 'traces',
  contention: 'events',
};

interface Reader {
  readonly kinds: readonly RowKind[];
  readonly listener: LiveListener;
  readonly after: string | undefined;
}

/** A row, and where it lies in the streams; it is read when it is told of. */
class PlacedRow {
  readonly kind: RowKind;
  readonly id: string;
  /** Absent of a row that lies in none. */
  readonly order: string | undefined;
  readonly stream: SharedStream;
  readonly #entry: RingEntry<object>;

  constructor(kind: RowKind, entry: RingEntry<object>, shared: MirrorEntry | undefined) {
    this.kind = kind;
    this.id = entry.id;
    this.order = shared?.order;
    this.stream = shared?.stream ?? kind;
    this.#entry = entry;
  }

  get row(): object {
    return this.#entry.row;
  }
}

/** Where a reader is: streams have a place in common by their clock alone. */
interface Place {
  /** The order of its last row in each stream that has it. */
  readonly orders: ReadonlyMap<SharedStream, string>;
  readonly millis: string;
}

function placeOf(rows: readonly PlacedRow[], id: string): Place | undefined {
  const orders = new Map(
    rows.flatMap((row) => (row.id === id && row.order !== undefined ? [[row.stream, row.order] as const] : [])),
  );
  const [first] = [...orders.values()].toSorted();
  return first === undefined ? undefined : { orders, millis: millisOf(first) };
}

function isDue({ id, order, stream }: PlacedRow, after: string, place: Place | undefined): boolean {
  if (order === undefined || place === undefined) {
    return id > after;
  }
  const own = place.orders.get(stream);
  if (own !== undefined) {
    return order > own;
  }
  const millis = millisOf(order);
  return millis > place.millis || (millis === place.millis && id > after);
}

/** What lies in no stream comes last: nobody else knows of it. */
function inOrder(one: PlacedRow, other: PlacedRow): number {
  const [a, b] = [one, other].map(({ order = '~', id }) => `${order} ${id}`);
  return a !== undefined && b !== undefined && a < b ? -1 : 1;
}

function millisOf(order: string): string {
  return order.slice(0, order.indexOf('-'));
}

function keyOf({ stream, id }: Pick<OwnRow, 'stream' | 'id'>): string {
  return `${kindOf(stream)} ${id}`;
}

function toEvent(kind: RowKind, { id, row }: { readonly id: string; readonly row: object }): LiveRowEvent {
  const event = { type: 'row', kind, id, row };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a stream holds rows of its kind
  return event as LiveRowEvent;
}
