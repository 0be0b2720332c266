import { RingBuffer } from '@dcc-mcp/bounds';
import type { RingUsage } from './call-store.ts';

/** A row and its key. */
export interface RingEntry<Row> {
  readonly id: string;
  readonly row: Row;
}

/** An entry whose row is made when it is looked at. */
export class LateEntry<Row> implements RingEntry<Row> {
  readonly id: string;
  #make: (() => Row) | undefined;
  #row: Row | undefined;

  constructor(id: string, make: () => Row) {
    this.id = id;
    this.#make = make;
  }

  get row(): Row {
    if (this.#make !== undefined) {
      this.#row = this.#make();
      // What it holds is not needed any more.
      this.#make = undefined;
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made above, the first time
    return this.#row as Row;
  }
}

/** A ring of rows that counts, and remembers the keys of as many rows as it let go as it holds. */
export class RowRing<Row extends { readonly timestamp: string }> {
  readonly #entries: RingBuffer<RingEntry<Row>>;
  readonly #gone: RingBuffer<string>;
  #appended = 0;

  /** @throws {RangeError} When `capacity` is not a positive integer. */
  constructor(capacity: number) {
    this.#entries = new RingBuffer(capacity);
    this.#gone = new RingBuffer(capacity);
  }

  get dropped(): number {
    return this.#entries.dropped;
  }

  /** Adds a row; gives back the one that had to leave for it. */
  append(entry: RingEntry<Row>): RingEntry<Row> | undefined {
    this.#appended += 1;
    const evicted = this.#entries.push(entry);
    if (evicted !== undefined) {
      this.#gone.push(evicted.id);
    }
    return evicted;
  }

  /** Puts rows before those that are there, the newest of them where not all have a place. */
  seed(oldestFirst: readonly RingEntry<Row>[]): void {
    const own = this.#entries.toArray();
    const places = this.#entries.capacity - own.length;
    const seeds = places === 0 ? [] : oldestFirst.slice(-places);
    this.#entries.clear();
    for (const entry of [...seeds, ...own]) {
      this.#entries.push(entry);
    }
  }

  oldestFirst(): readonly RingEntry<Row>[] {
    return this.#entries.toArray();
  }

  /** How many of the rows that were let go are newer than the row `id`; exact as far back as keys are remembered. */
  goneAfter(id: string): number {
    const [oldest] = this.#gone;
    if (oldest === undefined) {
      return 0;
    }
    return oldest > id ? this.dropped : this.#gone.toArray().filter((each) => each > id).length;
  }

  usage(): RingUsage {
    const [oldest] = this.#entries;
    return {
      rows: this.#entries.size,
      capacity: this.#entries.capacity,
      appended: this.#appended,
      dropped: this.dropped,
      ...(oldest === undefined ? {} : { oldest_retained: oldest.row.timestamp }),
    };
  }
}
