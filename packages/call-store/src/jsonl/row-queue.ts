import type { Trace } from '../rows/trace-row.ts';
import { type RowToWrite, wantText } from './row-text.ts';

/** Bounds of the rows that wait to be written. */
export interface QueueBounds {
  readonly maxRows: number;
  readonly maxBytes: number;
}

/** What a row without payload weighs, and each of its spans, about, in bytes. */
const ROW_BYTES = 1024;
/** Spans of a trace that is not made yet, about: its own, its wait, its request, its answer. */
const UNMADE_SPANS = 4;

/** Rows that wait to be written, oldest first. */
export class RowQueue {
  readonly #bounds: QueueBounds;
  readonly #rows: RowToWrite[] = [];
  #bytes = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** False when there is no place. Who takes a row out lets its text go. */
  push(row: RowToWrite): boolean {
    const bytes = weightOf(row);
    if (this.#rows.length >= this.#bounds.maxRows || this.#bytes + bytes > this.#bounds.maxBytes) {
      return false;
    }
    this.#rows.push(row);
    this.#bytes += bytes;
    wantText(row);
    return true;
  }

  /** Takes the oldest rows out, as many as keep the bounds, and at least one. */
  take({ maxRows, maxBytes }: QueueBounds): readonly RowToWrite[] {
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

/** What a row weighs while it waits, about, in bytes: the same each time. */
export function weightOf(written: RowToWrite): number {
  const { unmade } = written;
  if (unmade !== undefined) {
    return unmade.bytes === 0 ? ROW_BYTES : ROW_BYTES * (1 + UNMADE_SPANS) + unmade.bytes;
  }
  const { spans, input, output }: Partial<Pick<Trace, 'spans' | 'input' | 'output'>> = written.row;
  return ROW_BYTES * (1 + (spans?.length ?? 0)) + (input?.content.length ?? 0) + (output?.content.length ?? 0);
}
