import type { CallRow } from '../rows/call-row.ts';
import type { TrafficFrame } from '../rows/frame-row.ts';
import type { Trace } from '../rows/trace-row.ts';

/** Rows that have a file. */
export type FileRow = CallRow | Trace | TrafficFrame;

/** Bounds of the rows that wait to be written. */
export interface QueueBounds {
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** What a row without payload weighs, about, in bytes. */
const ROW_BYTES = 1024;

/** Rows that wait to be written, oldest first. */
export class RowQueue {
  readonly #bounds: QueueBounds;
  readonly #rows: FileRow[] = [];
  #bytes = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** False when there is no place. */
  push(row: FileRow): boolean {
    const bytes = weightOf(row);
    if (this.#rows.length >= this.#bounds.maxRows || this.#bytes + bytes > this.#bounds.maxBytes) {
      return false;
    }
    this.#rows.push(row);
    this.#bytes += bytes;
    return true;
  }

  /** Takes the oldest rows out, as many as keep the bounds, and at least one. */
  take({ maxRows, maxBytes }: QueueBounds): readonly FileRow[] {
    let bytes = 0;
    const past = this.#rows.findIndex((row, index) => {
      bytes += weightOf(row);
      return index > 0 && (index >= maxRows || bytes > maxBytes);
    });
    const taken = this.#rows.splice(0, past === -1 ? this.#rows.length : past);
    this.#bytes -= taken.reduce((sum, row) => sum + weightOf(row), 0);
    return taken;
  }
}

/** What a row weighs while it waits, about, in bytes. */
export function weightOf(row: FileRow): number {
  if (!('spans' in row)) {
    return ROW_BYTES;
  }
  return ROW_BYTES * (1 + row.spans.length) + (row.input?.content.length ?? 0) + (row.output?.content.length ?? 0);
}
