import { type QueueBounds, weightOf } from '../jsonl/row-queue.ts';
import { forgetText, rowOf, type RowText, textOf, wantText } from '../jsonl/row-text.ts';
import { isRowId } from '../rows/row-id.ts';
import type { LiveRow } from '../store/call-store.ts';
import type { RowKinds } from '../store/row-kinds.ts';
import type { IndexedKind, RowsToAdd } from './messages.ts';

/** A batch that is on its way. */
export interface IndexBatch {
  readonly rows: Readonly<Record<IndexedKind, RowsToAdd>>;
  readonly entries: readonly QueuedRow[];
  /** Those of them that can't be kept: their id is none of ours, or JSON can't hold them. */
  readonly unwritable: readonly QueuedRow[];
}

/** A row that is to be written. */
export type QueuedRow<K extends IndexedKind = IndexedKind> = Pick<LiveRow<K>, 'kind' | 'id' | 'row' | 'unmade'>;

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
    const bytes = weightOf(entry);
    if (this.#rows.length >= this.#bounds.maxRows || this.#bytes + bytes > this.#bounds.maxBytes) {
      this.#lose(entry);
      return;
    }
    this.#add(entry, bytes);
  }

  /** Adds rows that the file turned out not to have; those that wait already stay where they are. */
  adopt(entries: readonly QueuedRow[]): void {
    const waiting = { calls: new Set(this.waitingIds('calls')), traces: new Set(this.waitingIds('traces')) };
    const unknown = entries.filter(({ kind, id }) => !waiting[kind].has(id));
    unknown.forEach((entry) => this.#add(entry, weightOf(entry)));
    entries.forEach(({ kind, id }) => this.#lost[kind].delete(id));
  }

  #add(entry: QueuedRow, bytes: number): void {
    this.#rows.push(entry);
    this.#bytes += bytes;
    wantText(entry);
  }

  #lose({ kind, id }: QueuedRow): void {
    const lost = this.#lost[kind];
    lost.add(id);
    if (lost.size > MAX_LOST) {
      const [oldest] = lost;
      lost.delete(oldest ?? '');
    }
    this.#losses += 1;
    this.#onLost();
  }

  /** Rows that wait, those on their way among them. */
  waiting<K extends IndexedKind>(kind: K): readonly RowKinds[K][] {
    return this.#rows.filter((entry): entry is QueuedRow<K> => entry.kind === kind).map((entry) => rowOf(entry));
  }

  /** Their keys: none of them is made for that. */
  waitingIds(kind: IndexedKind): readonly string[] {
    return this.#rows.filter((entry) => entry.kind === kind).map(({ id }) => id);
  }

  /** Whether a row will never be in the file. */
  isLost(kind: IndexedKind, rowId: string): boolean {
    return this.#lost[kind].has(rowId);
  }

  /** The oldest rows as texts; they stay until {@link done}. */
  batch(): IndexBatch {
    const rows = { calls: noRows(), traces: noRows() };
    const entries: QueuedRow[] = [];
    const unwritable: QueuedRow[] = [];
    let chars = 0;
    for (const entry of this.#rows.slice(0, BATCH_ROWS)) {
      const text = isRowId(entry.id) ? textOf(entry) : undefined;
      chars += (text?.body.length ?? 0) + (text?.detail?.length ?? 0);
      if (entries.length > 0 && chars > BATCH_CHARS) {
        break;
      }
      entries.push(entry);
      if (text === undefined) {
        unwritable.push(entry);
      } else {
        add(rows[entry.kind], entry.id, text);
      }
    }
    return { rows, entries, unwritable };
  }

  /** The rows of a batch are in the file, or never will be. */
  done({ entries, unwritable }: IndexBatch): void {
    this.#rows.splice(0, entries.length);
    for (const entry of entries) {
      this.#bytes -= weightOf(entry);
      forgetText(entry);
    }
    unwritable.forEach((entry) => this.#lose(entry));
  }
}

type Adding = { readonly [Part in keyof RowsToAdd]: RowsToAdd[Part][number][] };

function noRows(): Adding {
  return { ids: [], bodies: [], details: [] };
}

function add({ ids, bodies, details }: Adding, id: string, { body, detail }: RowText): void {
  ids.push(id);
  bodies.push(body);
  details.push(detail);
}
