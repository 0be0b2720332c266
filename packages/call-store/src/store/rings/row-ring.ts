import { RingBuffer } from '@dcc-mcp/bounds';
import type { TraceOperation } from '../../rows/trace-row.ts';
import type { LateRow, RingUsage, UnmadeRow } from '../call-store.ts';
import { GoneKeys } from './gone-keys.ts';
import { type PayloadHold, payloadBytesOf, PayloadHolds, withoutPayloads } from './payload-hold.ts';

/** A row and its key. */
export interface RingEntry<Row> {
  readonly id: string;
  readonly row: Row;
  readonly payloads?: PayloadHold;
  /** Of a trace, where that is known without making it. */
  readonly operation?: TraceOperation | undefined;
}

/** An entry with payloads. */
export class TraceEntry<Row extends object> implements RingEntry<Row>, PayloadHold {
  readonly id: string;
  readonly bytes: number;
  #row: Row;

  constructor(id: string, row: Row) {
    this.id = id;
    this.bytes = payloadBytesOf(row);
    this.#row = row;
  }

  get row(): Row {
    return this.#row;
  }

  get payloads(): PayloadHold {
    return this;
  }

  forget(): void {
    this.#row = withoutPayloads(this.#row);
  }
}

/** An entry whose row is made when it is looked at. */
export class LateEntry<Row extends object> implements RingEntry<Row>, PayloadHold, UnmadeRow<Row> {
  readonly id: string;
  readonly bytes: number;
  readonly operation: TraceOperation | undefined;
  readonly #bound: (row: Row) => Row;
  #late: LateRow<Row> | undefined;
  #row: Row | undefined;

  /** @param bound Brings the row within the bounds of its type. */
  constructor(late: LateRow<Row>, bound: (row: Row) => Row) {
    this.id = late.id;
    this.bytes = late.payloads?.bytes ?? 0;
    this.operation = late.operation;
    this.#bound = bound;
    this.#late = late;
  }

  get payloads(): PayloadHold {
    return this;
  }

  forget(): void {
    if (this.#late === undefined) {
      this.#row = this.#row && withoutPayloads(this.#row);
    } else {
      this.#late.payloads?.forget();
    }
  }

  get row(): Row {
    if (this.#late !== undefined) {
      this.#row = this.make();
      // What it holds is not needed any more.
      this.#late = undefined;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made above, the first time
    return this.#row as Row;
  }

  make(): Row {
    return this.#late === undefined ? this.row : this.#bound(this.#late.make());
  }
}

/** A ring of rows that counts, and remembers the keys of as many rows as it let go as it holds, or more. */
export class RowRing<Row extends { readonly timestamp: string }> {
  readonly #entries: RingBuffer<RingEntry<Row>>;
  readonly #gone: GoneKeys;
  readonly #holds: PayloadHolds | undefined;
  #appended = 0;

  /**
   * @param maxPayloadBytes Bound of the payloads of all rows; absent where rows have none.
   * @throws {RangeError} When `capacity` is not a positive integer.
   */
  constructor(capacity: number, maxPayloadBytes?: number) {
    this.#entries = new RingBuffer(capacity);
    this.#gone = new GoneKeys(capacity);
    this.#holds = maxPayloadBytes === undefined ? undefined : new PayloadHolds(maxPayloadBytes);
  }

  get dropped(): number {
    return this.#entries.dropped;
  }

  /** Adds a row; gives back the one that had to leave for it. */
  append(entry: RingEntry<Row>): RingEntry<Row> | undefined {
    this.#appended += 1;
    const evicted = this.#entries.push(entry);
    if (evicted !== undefined) {
      this.#gone.add(evicted.id);
      this.#holds?.remove(evicted.payloads);
    }
    this.#holds?.add(entry.payloads);
    return evicted;
  }

  /** Puts rows before those that are there, the newest of them where not all have a place; gives back the others. */
  seed(oldestFirst: readonly RingEntry<Row>[]): readonly RingEntry<Row>[] {
    const own = this.#entries.toArray();
    const places = this.#entries.capacity - own.length;
    const left = Math.max(0, oldestFirst.length - places);
    const seeds = oldestFirst.slice(left);
    this.#entries.clear();
    this.#holds?.clear();
    for (const entry of [...seeds, ...own]) {
      this.#entries.push(entry);
      this.#holds?.add(entry.payloads);
    }
    return oldestFirst.slice(0, left);
  }

  oldestFirst(): readonly RingEntry<Row>[] {
    return this.#entries.toArray();
  }

  /** How many of the rows that were let go are newer than the row `id`; exact as far back as keys are remembered. */
  goneAfter(id: string): number {
    return this.#gone.after(id);
  }

  usage(): RingUsage {
    const [oldest] = this.#entries;
    return {
      rows: this.#entries.size,
      capacity: this.#entries.capacity,
      appended: this.#appended,
      dropped: this.dropped,
      ...(oldest === undefined ? {} : { oldest_retained: oldest.row.timestamp }),
      ...(this.#holds === undefined ? {} : usageOf(this.#holds)),
    };
  }
}

function usageOf({ bytes, dropped }: PayloadHolds): Pick<RingUsage, 'payload_bytes' | 'payloads_dropped'> {
  return { payload_bytes: bytes, ...(dropped === 0 ? {} : { payloads_dropped: dropped }) };
}
