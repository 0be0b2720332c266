import type { SharedStream } from './shared-streams.ts';

/** What waits to be written to a stream. */
export interface UnsharedRow {
  readonly stream: SharedStream;
  /** Its key. */
  readonly id: string;
  /** About how many bytes it holds while it waits. */
  readonly bytes: number;
  /** Called off the way of requests. */
  readonly read: () => object;
}

/** Bounds of what waits. */
export interface ShareBounds {
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** Rows that are to be written, oldest first; where there are too many the oldest go. */
export class ShareQueue {
  readonly #bounds: ShareBounds;
  readonly #onDropped: (row: UnsharedRow) => void;
  #rows: UnsharedRow[] = [];
  /** Those before it are gone. */
  #first = 0;
  #bytes = 0;

  constructor(bounds: ShareBounds, onDropped: (row: UnsharedRow) => void) {
    this.#bounds = bounds;
    this.#onDropped = onDropped;
  }

  get size(): number {
    return this.#rows.length - this.#first;
  }

  push(row: UnsharedRow): void {
    this.#rows.push(row);
    this.#bytes += row.bytes;
    while (this.size > this.#bounds.maxRows || (this.#bytes > this.#bounds.maxBytes && this.size > 1)) {
      const oldest = this.shift();
      if (oldest !== undefined) {
        this.#onDropped(oldest);
      }
    }
  }

  /** Takes the oldest out. */
  shift(): UnsharedRow | undefined {
    const row = this.#rows[this.#first];
    if (row === undefined) {
      return undefined;
    }
    this.#first += 1;
    this.#bytes -= row.bytes;
    if (this.#first > this.#rows.length / 2) {
      this.#rows = this.#rows.slice(this.#first);
      this.#first = 0;
    }
    return row;
  }

  toArray(): readonly UnsharedRow[] {
    return this.#rows.slice(this.#first);
  }
}
