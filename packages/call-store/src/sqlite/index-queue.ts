import { forgetLine, keepLine } from '../jsonl/row-line.ts';
import { type QueueBounds, weightOf } from '../jsonl/row-queue.ts';
import type { RowKinds } from '../store/row-kinds.ts';
import type { IndexedKind } from './messages.ts';

/** A batch that is on its way. */
export interface IndexBatch {
  readonly lines: Readonly<Record<IndexedKind, readonly string[]>>;
  readonly entries: readonly QueuedRow[];
  /** Those of them that JSON can't hold. */
  readonly unwritable: readonly QueuedRow[];
}

/** A row that is to be written. */
export interface QueuedRow<K extends IndexedKind = IndexedKind> {
  readonly kind: K;
  readonly row: RowKinds[K];
}

/** Bounds of a batch: a few milliseconds of work here, and a short transaction there. */
const BATCH_ROWS = 500;
const BATCH_CHARS = 2 * 1024 * 1024;
/** Lost rows of each list that are remembered: as long as they lie in a ring they are told of from there. */
const MAX_LOST = 10_000;

/** Rows that are not in the file yet, oldest first. */
export class IndexQueue {
  readonly #bounds: QueueBounds;
  readonly #onLost: () => void;
  readonly #rows: QueuedRow[] = [];
  readonly #missing: Readonly<Record<IndexedKind, Set<string>>> = { calls: new Set(), traces: new Set() };
  readonly #lost: Readonly<Record<IndexedKind, Set<string>>> = { calls: new Set(), traces: new Set() };
  #bytes = 0;
  #losses = 0;

  /** @param onLost Told of each row that will never be in the file. */
  constructor(bounds: QueueBounds, onLost: () => void) {
    this.#bounds = bounds;
    this.#onLost = onLost;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** Rows that found no place, or that JSON can't hold. */
  get losses(): number {
    return this.#losses;
  }

  /** Where there is no place the row is lost for the file. */
  push(entry: QueuedRow): void {
    const bytes = weightOf(entry.row);
    if (this.#rows.length >= this.#bounds.maxRows || this.#bytes + bytes > this.#bounds.maxBytes) {
      this.#lose(entry);
      return;
    }
    this.#add(entry, bytes);
  }

  /** Adds rows that the file turned out not to have; those that wait already stay where they are. */
  adopt(entries: readonly QueuedRow[]): void {
    const unknown = entries.filter(({ kind, row }) => !this.#missing[kind].has(row.row_id));
    unknown.forEach((entry) => this.#add(entry, weightOf(entry.row)));
    entries.forEach(({ kind, row }) => this.#lost[kind].delete(row.row_id));
  }

  #add(entry: QueuedRow, bytes: number): void {
    this.#rows.push(entry);
    this.#bytes += bytes;
    this.#missing[entry.kind].add(entry.row.row_id);
  }

  #lose({ kind, row }: QueuedRow): void {
    const lost = this.#lost[kind];
    lost.add(row.row_id);
    if (lost.size > MAX_LOST) {
      const [oldest] = lost;
      lost.delete(oldest ?? '');
    }
    this.#losses += 1;
    this.#onLost();
  }

  /** Rows that wait, those on their way among them. */
  waiting<K extends IndexedKind>(kind: K): readonly RowKinds[K][] {
    return this.#rows.filter((entry): entry is QueuedRow<K> => entry.kind === kind).map(({ row }) => row);
  }

  /** Whether a row waits, or will never be in the file. */
  isMissing(kind: IndexedKind, rowId: string): boolean {
    return this.#missing[kind].has(rowId) || this.#lost[kind].has(rowId);
  }

  /** The oldest rows as lines; they stay until {@link done}. */
  batch(): IndexBatch {
    const lines: Record<IndexedKind, string[]> = { calls: [], traces: [] };
    const entries: QueuedRow[] = [];
    const unwritable: QueuedRow[] = [];
    let chars = 0;
    for (const entry of this.#rows.slice(0, BATCH_ROWS)) {
      const line = keepLine(entry.row);
      chars += line?.length ?? 0;
      if (entries.length > 0 && chars > BATCH_CHARS) {
        break;
      }
      entries.push(entry);
      if (line === undefined) {
        unwritable.push(entry);
      } else {
        lines[entry.kind].push(line);
      }
    }
    return { lines, entries, unwritable };
  }

  /** The rows of a batch are in the file, or never will be. */
  done({ entries, unwritable }: IndexBatch): void {
    this.#rows.splice(0, entries.length);
    for (const { kind, row } of entries) {
      this.#missing[kind].delete(row.row_id);
      this.#bytes -= weightOf(row);
      forgetLine(row);
    }
    unwritable.forEach((entry) => this.#lose(entry));
  }
}
