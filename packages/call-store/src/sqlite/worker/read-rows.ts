import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IndexedKind, ReadAnswer, ReadRequest, StoredRow } from '../messages.ts';
import { MAX_MOVES, toLookupKey, toSequence } from '../row-sequence.ts';
import { countOf, type Mask } from './blocks/block.ts';
import { REQUEST_KEYS, TRACE_KEYS } from './schema.ts';
import { SelectedRows } from './selected-rows.ts';

/** Reads rows of one list, newest first. */
export class RowReader {
  readonly selected: SelectedRows;
  readonly #kind: IndexedKind;
  readonly #body: StatementSync;
  readonly #near: StatementSync;
  readonly #detail: StatementSync;

  constructor(database: DatabaseSync, kind: IndexedKind) {
    this.#kind = kind;
    this.selected = new SelectedRows(database, kind);
    this.#body = database.prepare(`SELECT body FROM ${kind}_body WHERE seq = ?`);
    this.#near = database.prepare(`SELECT seq FROM ${kind}_body WHERE seq BETWEEN ? AND ?`);
    this.#detail = database.prepare('SELECT detail FROM traces_detail WHERE seq = ?');
  }

  /** One page, and how many match in all. */
  read(request: ReadRequest): ReadAnswer {
    const { cursor, limit, isWhole, isCounted } = request;
    const before = cursor === undefined ? Number.POSITIVE_INFINITY : (toSequence(cursor) ?? 0);
    // What lies before the page is looked at to be counted alone.
    const selection = isCounted ? request : { ...request, before };
    const loose = this.selected.loose(selection).map(({ sequence }) => sequence);
    const page = new NewestSequences(limit, before);
    page.add(loose);
    let total = loose.length;
    let scanned = isCounted ? this.selected.countLoose() : 0;
    for (const { block, mask } of this.selected.inBlocks(selection)) {
      const isFull = page.isFullBefore(block.head.last);
      if (isFull && !isCounted) {
        break;
      }
      const count = mask === undefined ? block.rows : countOf(mask);
      total += count;
      scanned += block.rowsLeft();
      if (!isFull && count > 0 && block.head.first < before) {
        page.add(markedOf(block.sequences(), mask));
      }
    }
    const rows = page.toArray().map((sequence) => this.#rowAt(sequence, isWhole));
    return { rows, scanned, total: isCounted ? total : 0 };
  }

  /** Rows whose row id, request id or trace id may be `id`: whoever asks looks again. */
  find(id: string): readonly StoredRow[] {
    const sequence = toSequence(id) ?? -MAX_MOVES;
    const near = this.#near.all(sequence, sequence + MAX_MOVES).map(({ seq }) => Number(seq));
    const loose = this.selected.loose({ without: [] }, JSON.stringify(id)).map((row) => row.sequence);
    const found = new Set([...near, ...loose, ...this.#keyed(toLookupKey(id))]);
    return [...found].toSorted((one, other) => other - one).map((each) => this.#rowAt(each, true));
  }

  *#keyed(key: number): Generator<number> {
    for (const { block, mask } of this.selected.inBlocks({ without: [] })) {
      for (const column of [REQUEST_KEYS, TRACE_KEYS]) {
        const keys = block.numbers(column);
        for (let index = keys?.indexOf(key) ?? -1; index !== -1; index = keys?.indexOf(key, index + 1) ?? -1) {
          if (mask?.[index] !== 0) {
            yield block.sequences()[index] ?? 0;
          }
        }
      }
    }
  }

  #rowAt(sequence: number, isWhole: boolean): StoredRow {
    const { body } = this.#body.get(sequence) ?? {};
    const { detail } = (isWhole && this.#kind === 'traces' ? this.#detail.get(sequence) : undefined) ?? {};
    return typeof detail === 'string' ? { body: String(body), detail } : { body: String(body) };
  }
}

/** The newest of some keys that lie before a page's cursor. */
class NewestSequences {
  readonly #most: number;
  readonly #before: number;
  /** The newest first. */
  #kept: readonly number[] = [];

  constructor(most: number, before: number) {
    this.#most = most;
    this.#before = before;
  }

  /** @param sequences In any order. */
  add(sequences: readonly number[]): void {
    const more = sequences.filter((sequence) => sequence < this.#before);
    this.#kept = [...this.#kept, ...more].toSorted((one, other) => other - one).slice(0, this.#most);
  }

  /** Whether nothing up to `sequence` has a place any more. */
  isFullBefore(sequence: number): boolean {
    const last = this.#kept.length < this.#most ? undefined : this.#kept.at(-1);
    return last !== undefined && last > sequence;
  }

  toArray(): readonly number[] {
    return this.#kept;
  }
}

function markedOf(sequences: Float64Array, mask: Mask | undefined): readonly number[] {
  return Array.from(mask === undefined ? sequences : sequences.filter((_, index) => mask[index] === 1));
}
