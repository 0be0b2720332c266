import { type Column, numberAt, valueAt } from './columns.ts';
import { classesOf } from './text-classes.ts';

/** A column of a block as it lies in the file; one that no row has a value in is not there. */
export interface StoredColumn {
  /** Of values: the different ones, as a list of JSON. */
  readonly words: string | null;
  /** Of which characters the words are in lower case. */
  readonly classes: number;
  /** Of numbers: a double for each row. Of values: the place of each row's among the words, from 1; 0 for none. */
  readonly codes: Uint8Array | null;
}

/** Most rows of a block, so that places have 16 bits. */
export const MAX_BLOCK_ROWS = 0xff_ff;

/** Takes the rows of a block, one after the other, and gives one of its columns. */
export interface ColumnEncoder {
  add(row: object): void;
  /** `undefined` where no row has a value. */
  encode(): StoredColumn | undefined;
}

/** @param rows How many there will be. */
export function createColumnEncoder(column: Column, rows: number): ColumnEncoder {
  return column.storage === 'values'
    ? new ValuesEncoder(column, rows)
    : new NumbersEncoder((row) => numberAt(row, column), rows);
}

/** A column of numbers, `NaN` for none. */
export class NumbersEncoder implements ColumnEncoder {
  readonly #read: (row: object) => number;
  readonly #numbers: Float64Array;
  #count = 0;
  #isEmpty = true;

  constructor(read: (row: object) => number, rows: number) {
    this.#read = read;
    this.#numbers = new Float64Array(rows);
  }

  add(row: object): void {
    const number = this.#read(row);
    this.#numbers[this.#count] = number;
    this.#count += 1;
    this.#isEmpty &&= Number.isNaN(number);
  }

  encode(): StoredColumn | undefined {
    return this.#isEmpty ? undefined : { words: null, classes: 0, codes: new Uint8Array(this.#numbers.buffer) };
  }
}

class ValuesEncoder implements ColumnEncoder {
  readonly #column: Column;
  readonly #words = new DifferentValues();
  readonly #codes: Uint16Array;
  /** Most rows have what the one before them has. */
  #last: { readonly value: unknown; readonly place: number } = { value: undefined, place: 0 };
  #count = 0;

  constructor(column: Column, rows: number) {
    this.#column = column;
    this.#codes = new Uint16Array(rows);
  }

  add(row: object): void {
    const value = valueAt(row, this.#column) ?? undefined;
    if (value !== this.#last.value) {
      this.#last = { value, place: value === undefined ? 0 : this.#words.placeOf(value) };
    }
    this.#codes[this.#count] = this.#last.place;
    this.#count += 1;
  }

  encode(): StoredColumn | undefined {
    const { values } = this.#words;
    if (values.length === 0) {
      return undefined;
    }
    const words = JSON.stringify(values);
    const isOne = values.length === 1 && !this.#codes.includes(0);
    return {
      words,
      classes: classesOf(words.toLowerCase()),
      codes: isOne ? null : new Uint8Array(this.#codes.buffer),
    };
  }
}

/** Where the first so many rows all have another value, the others are taken to have one, too: ids are not compared. */
const TRIED_ROWS = 512;

/** Each value once; those that are different in every row may come up again. */
class DifferentValues {
  readonly values: unknown[] = [];
  #rows = 0;
  readonly #places = new Map<unknown, number>();
  /** Lists and records, by their JSON. */
  readonly #nested = new Map<string, number>();

  /** The place of a value, from 1. */
  placeOf(value: unknown): number {
    this.#rows += 1;
    if (this.#rows > TRIED_ROWS && this.values.length >= this.#rows - 1) {
      return this.values.push(value);
    }
    return typeof value === 'object'
      ? this.#find(this.#nested, JSON.stringify(value), value)
      : this.#find(this.#places, value, value);
  }

  #find<Key>(places: Map<Key, number>, key: Key, value: unknown): number {
    const known = places.get(key);
    if (known !== undefined) {
      return known;
    }
    const place = this.values.push(value);
    places.set(key, place);
    return place;
  }
}

/** The numbers of a column. */
export function decodeNumbers(codes: Uint8Array): Float64Array {
  return new Float64Array(aligned(codes));
}

/** The places of values among the words. */
export function decodePlaces(codes: Uint8Array): Uint16Array {
  return new Uint16Array(aligned(codes));
}

/** Numbers have to begin where their size allows it. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer;
  return isWhole ? buffer : new Uint8Array(bytes).buffer;
}
