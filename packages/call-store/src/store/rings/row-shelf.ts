import type { RingUsage } from '../call-store.ts';
import { type RingEntry, RowRing } from './row-ring.ts';

/** Rows that others must not push out. */
interface KeptRows<Row> {
  readonly capacity: number;
  readonly isKept: (row: Row) => boolean;
  /** Bound of the payloads of each of the two rings. */
  readonly maxPayloadBytes: number;
}

/** The rings of one list: one, or one for rows that others must not push out and one for all others. */
export class RowShelf<Row extends { readonly timestamp: string }> {
  readonly #common: RowRing<Row>;
  readonly #kept: RowRing<Row> | undefined;
  readonly #isKept: (row: Row) => boolean;

  /** @throws {RangeError} When a capacity is not a positive integer. */
  constructor(capacity: number, kept?: KeptRows<Row>) {
    this.#common = new RowRing(capacity, kept?.maxPayloadBytes);
    this.#kept = kept === undefined ? undefined : new RowRing(kept.capacity, kept.maxPayloadBytes);
    this.#isKept = kept?.isKept ?? (() => false);
  }

  get dropped(): number {
    return this.#common.dropped + (this.#kept?.dropped ?? 0);
  }

  append(entry: RingEntry<Row>, isKept: boolean = this.#isKept(entry.row)): RingEntry<Row> | undefined {
    return (isKept ? (this.#kept ?? this.#common) : this.#common).append(entry);
  }

  /** Gives back what had no place. */
  seed(oldestFirst: readonly RingEntry<Row>[]): readonly RingEntry<Row>[] {
    const common = oldestFirst.filter(({ row }) => this.#kept === undefined || !this.#isKept(row));
    const kept = oldestFirst.filter(({ row }) => this.#isKept(row));
    return [...this.#common.seed(common), ...(this.#kept?.seed(kept) ?? [])];
  }

  /** All entries, oldest key first. */
  oldestFirst(): readonly RingEntry<Row>[] {
    const common = this.#common.oldestFirst();
    return sortById(this.#kept === undefined ? common : [...common, ...this.#kept.oldestFirst()]);
  }

  goneAfter(id: string): number {
    return this.#common.goneAfter(id) + (this.#kept?.goneAfter(id) ?? 0);
  }

  usage(): RingUsage {
    return this.#common.usage();
  }

  /** Of the rows that others never push out; all in all where there is one ring. */
  keptUsage(): RingUsage {
    return (this.#kept ?? this.#common).usage();
  }
}

/** Oldest key first; costs one pass where they already are in order. */
export function sortById<E extends { readonly id: string }>(entries: readonly E[]): readonly E[] {
  return entries.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
