import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { IndexedKind } from '../../messages.ts';
import { placeOfColumn, SEQUENCES } from '../schema.ts';
import { decodeNumbers, decodePlaces } from './column-codec.ts';

/** Which rows of a block: 1 for each that is meant. */
export type Mask = Uint8Array;

/** How many rows are meant. */
export function countOf(mask: Mask): number {
  let count = 0;
  for (let index = 0; index < mask.length; index += 1) {
    count += mask[index] ?? 0;
  }
  return count;
}

/** The values of a column: its different ones as a list of JSON, and the place among them of each row's, from 1. */
export interface BlockValues {
  readonly words: string;
  /** Absent where all rows have the first. */
  readonly places: Uint16Array | undefined;
}

/** The different values of a column: the first has place 1. */
export function valuesIn({ words }: BlockValues): readonly unknown[] {
  const values: readonly unknown[] = JSON.parse(words);
  return values;
}

/** What stands of a block in its list. */
export interface BlockHead {
  readonly id: number;
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  /** Times of its oldest and newest row, in milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  /** Its rows up to this one were let go; `null` while all are there. */
  readonly cut: number | null;
}

/** The blocks of one list. */
export class Blocks {
  readonly #heads: StatementSync;
  readonly #column: StatementSync;
  readonly #words: StatementSync;

  constructor(database: DatabaseSync, kind: IndexedKind) {
    this.#heads = database.prepare(
      `SELECT id, first, last, rows, since, until, cut FROM ${kind}_block ORDER BY last DESC`,
    );
    this.#column = database.prepare(`SELECT words, codes FROM ${kind}_column WHERE place = ?`);
    this.#words = database.prepare(`SELECT words, codes FROM ${kind}_column WHERE place = ? AND (classes & ?) = ?`);
  }

  /** The newest first. */
  all(): readonly Block[] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the members that were selected
    const heads = this.#heads.all() as unknown as readonly BlockHead[];
    return heads.map((head) => new Block(head, this));
  }

  /** A column of a block; absent where no row has a value in it. */
  read(column: number, block: number): Readonly<Record<string, unknown>> | undefined {
    return this.#column.get(placeOfColumn(column, block));
  }

  /** The same of a column whose words are made of these characters, too. */
  readWith(classes: number, column: number, block: number): Readonly<Record<string, unknown>> | undefined {
    return this.#words.get(placeOfColumn(column, block), classes, classes);
  }
}

/** Some rows of a list, oldest first, by columns that are read when they are asked for. */
export class Block {
  readonly head: BlockHead;
  readonly #blocks: Blocks;

  constructor(head: BlockHead, blocks: Blocks) {
    this.head = head;
    this.#blocks = blocks;
  }

  get rows(): number {
    return this.head.rows;
  }

  /** How many of its rows are left. */
  rowsLeft(): number {
    const { cut, rows } = this.head;
    return cut === null ? rows : this.sequences().filter((sequence) => sequence > cut).length;
  }

  /** The keys of its rows. */
  sequences(): Float64Array {
    return this.numbers(SEQUENCES) ?? new Float64Array(this.rows).fill(Number.NaN);
  }

  /** `NaN` for a row that has none; absent where none has one. */
  numbers(column: number): Float64Array | undefined {
    const codes = this.#blocks.read(column, this.head.id)?.['codes'];
    return codes instanceof Uint8Array ? decodeNumbers(codes) : undefined;
  }

  /** Absent where no row has one. @param classes See `classesOf`: absent, too, where no word has all of these. */
  values(column: number, classes: number = 0): BlockValues | undefined {
    const { words, codes } = this.#blocks.readWith(classes, column, this.head.id) ?? {};
    return typeof words === 'string'
      ? { words, places: codes instanceof Uint8Array ? decodePlaces(codes) : undefined }
      : undefined;
  }

  /** A mask of all of its rows, or of none. */
  mask(isMeant: boolean): Mask {
    return new Uint8Array(this.rows).fill(Number(isMeant));
  }
}
