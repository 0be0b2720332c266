import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IndexedKind, WorkerSettings } from '../../messages.ts';
import { toLookupKey } from '../../row-sequence.ts';
import { placeOfColumn, REQUEST_KEYS, SEQUENCES, TRACE_KEYS } from '../schema.ts';
import { parseRow } from '../stored-row.ts';
import {
  type ColumnEncoder,
  createColumnEncoder,
  decodeNumbers,
  MAX_BLOCK_ROWS,
  NumbersEncoder,
  type StoredColumn,
} from './column-codec.ts';
import { COLUMNS, columnOf } from './columns.ts';

/** Of a date (ECMAScript, "Time Values and Time Range"). */
const MAX_MILLIS = 8.64e15;

/** Makes blocks of the rows of one list, oldest first, as soon as there are enough. */
export class BlockMaker {
  readonly #kind: IndexedKind;
  readonly #blockRows: number;
  readonly #loose: StatementSync;
  readonly #late: StatementSync;
  readonly #ends: StatementSync;
  readonly #countLoose: StatementSync;
  readonly #addLate: StatementSync;
  readonly #dropLate: StatementSync;
  readonly #addBlock: StatementSync;
  readonly #addColumn: StatementSync;
  /** The newest row of all blocks. */
  #last = 0;
  /** Rows that are in no block: those behind it, and those that came too late for theirs. */
  #rows = { loose: 0, late: 0 };

  constructor(database: DatabaseSync, kind: IndexedKind, { blockRows }: Pick<WorkerSettings, 'blockRows'>) {
    this.#kind = kind;
    this.#blockRows = Math.min(blockRows, MAX_BLOCK_ROWS);
    const body = `${kind}_body`;
    this.#loose = database.prepare(`SELECT seq, body FROM ${body} WHERE seq > ? ORDER BY seq LIMIT ?`);
    this.#late = database.prepare(
      `SELECT seq, body FROM ${kind}_late CROSS JOIN ${body} USING (seq) ORDER BY seq LIMIT ?`,
    );
    this.#ends = database.prepare(
      `SELECT coalesce(max(last), 0) AS last, (SELECT count(*) FROM ${kind}_late) AS late FROM ${kind}_block`,
    );
    this.#countLoose = database.prepare(`SELECT count(*) AS loose FROM ${body} WHERE seq > ?`);
    this.#addLate = database.prepare(`INSERT INTO ${kind}_late (seq) VALUES (?)`);
    this.#dropLate = database.prepare(`DELETE FROM ${kind}_late WHERE seq BETWEEN ? AND ?`);
    this.#addBlock = database.prepare(
      `INSERT INTO ${kind}_block (first, last, rows, since, until) VALUES (?, ?, ?, ?, ?)`,
    );
    this.#addColumn = database.prepare(`INSERT INTO ${kind}_column (place, words, classes, codes) VALUES (?, ?, ?, ?)`);
    this.refresh();
  }

  /** Counts anew: what was written may be undone. */
  refresh(): void {
    const { last, late } = this.#ends.get() ?? {};
    const { loose } = this.#countLoose.get(Number(last)) ?? {};
    this.#last = Number(last);
    this.#rows = { loose: Number(loose), late: Number(late) };
  }

  /** The oldest rows went: of those behind the newest block none, as long as that is there. */
  pruned(): void {
    const { last, late } = this.#ends.get() ?? {};
    if (Number(last) === this.#last && this.#last > 0) {
      this.#rows.late = Number(late);
    } else {
      this.refresh();
    }
  }

  /** Notes rows that were added, in the transaction in which they were. */
  added(sequences: readonly number[]): void {
    for (const sequence of sequences) {
      if (sequence > this.#last) {
        this.#rows.loose += 1;
      } else {
        this.#addLate.run(sequence);
        this.#rows.late += 1;
      }
    }
  }

  /** Makes a block, where there are enough rows for one; says whether it did. */
  make(): boolean {
    if (this.#rows.loose >= this.#blockRows) {
      this.#makeOf(this.#loose.iterate(this.#last, this.#blockRows));
      this.#rows.loose -= this.#blockRows;
      return true;
    }
    if (this.#rows.late >= this.#blockRows) {
      const { first, last } = this.#makeOf(this.#late.iterate(this.#blockRows));
      this.#dropLate.run(first, last);
      this.#rows.late -= this.#blockRows;
      return true;
    }
    return false;
  }

  #makeOf(stored: Iterable<Readonly<Record<string, unknown>>>): { readonly first: number; readonly last: number } {
    const sequences = new Float64Array(this.#blockRows);
    const encoders = encodersOf(this.#kind, this.#blockRows);
    let count = 0;
    for (const { seq, body } of stored) {
      const row = parseRow(String(body));
      sequences[count] = Number(seq);
      encoders.forEach(([, encoder]) => encoder.add(row));
      count += 1;
    }
    const ends = { first: sequences[0] ?? 0, last: sequences.at(-1) ?? 0 };
    const columns = encoders.map(([column, encoder]) => [column, encoder.encode()] as const);
    this.#write(ends, [[SEQUENCES, ofNumbers(sequences)], ...columns]);
    this.#last = Math.max(this.#last, ends.last);
    return ends;
  }

  #write({ first, last }: { readonly first: number; readonly last: number }, columns: readonly NumberedColumn[]): void {
    const { since, until } = this.#timesIn(columns);
    const { lastInsertRowid } = this.#addBlock.run(first, last, this.#blockRows, since, until);
    for (const [column, stored] of columns) {
      if (stored !== undefined) {
        const place = placeOfColumn(column, Number(lastInsertRowid));
        this.#addColumn.run(place, stored.words, stored.classes, stored.codes);
      }
    }
  }

  /** Between these are the times of all rows; a row without one makes them as far apart as can be. */
  #timesIn(columns: readonly NumberedColumn[]): { readonly since: number; readonly until: number } {
    const number = columnOf(this.#kind, 'timestamp')?.number;
    const codes = columns.find(([column]) => column === number)?.[1]?.codes;
    const millis = codes === undefined || codes === null ? [Number.NaN] : decodeNumbers(codes);
    return millis.some(Number.isNaN)
      ? { since: -MAX_MILLIS, until: MAX_MILLIS }
      : { since: Math.min(...millis), until: Math.max(...millis) };
  }
}

type NumberedColumn = readonly [column: number, stored: StoredColumn | undefined];

function encodersOf(kind: IndexedKind, rows: number): readonly (readonly [number, ColumnEncoder])[] {
  const keysOf = (name: 'request_id' | 'trace_id'): ColumnEncoder =>
    new NumbersEncoder((row: Partial<Record<typeof name, unknown>>) => toLookupKey(String(row[name])), rows);
  return [
    [REQUEST_KEYS, keysOf('request_id')],
    [TRACE_KEYS, keysOf('trace_id')],
    ...COLUMNS[kind].map((column) => [column.number, createColumnEncoder(column, rows)] as const),
  ];
}

function ofNumbers(numbers: Float64Array): StoredColumn {
  return { words: null, classes: 0, codes: new Uint8Array(numbers.buffer) };
}
