import type { RowError } from '../../rows/call-row.ts';

/** What of an error is counted. */
export type ErrorMember = 'kind' | 'message';

/**
 * The different values of a column, and the place of each row's among them. At place 0 is `undefined`, for rows that have
 * none; a value may be there that no row has.
 */
export interface Values<Value> {
  readonly different: readonly (Value | undefined)[];
  readonly places: Uint32Array;
}

/** The members of rows by themselves, each read when it is asked for: what is summed of many rows needs few of them. */
export interface RowColumns<Row> {
  readonly rows: number;
  /** When they were made, in epoch milliseconds. */
  times(): Float64Array;
  /** `NaN` for a row that has none. */
  numbers(member: keyof Row & string): Float64Array;
  values<Member extends keyof Row & string>(member: Member): Values<Row[Member]>;
  /** What went wrong, of rows that say so; what is no text counts as none. */
  errors<Member extends ErrorMember>(member: Member): Values<RowError[Member]>;
}

/** Those of rows that lie in memory. */
export function columnsOf<Row extends { readonly timestamp: string }>(rows: readonly Row[]): RowColumns<Row> {
  return {
    rows: rows.length,
    times: () => toNumbers(rows, ({ timestamp }) => Date.parse(timestamp)),
    numbers: (member) => toNumbers(rows, (row) => row[member]),
    values: (member) => toValues(rows, (row) => row[member]),
    errors: (member) => toValues(rows, (row) => errorIn(row, member)),
  };
}

function errorIn<Member extends ErrorMember>(row: object, member: Member): RowError[Member] | undefined {
  const { error }: { readonly error?: Partial<RowError> | null } = row;
  const found = error?.[member];
  return typeof found === 'string' ? found : undefined;
}

function toNumbers<Row>(rows: readonly Row[], read: (row: Row) => unknown): Float64Array {
  const numbers = new Float64Array(rows.length);
  rows.forEach((row, index) => {
    const value = read(row);
    numbers[index] = typeof value === 'number' ? value : Number.NaN;
  });
  return numbers;
}

/** The different ones of what is read of rows. */
export function toValues<Row, Value>(rows: readonly Row[], read: (row: Row) => Value | undefined): Values<Value> {
  const found = new DifferentValues<Value>();
  const places = new Uint32Array(rows.length);
  rows.forEach((row, index) => {
    places[index] = found.placeOf(read(row));
  });
  return { different: found.values, places };
}

/** The rows of all parts as one, in their order. */
export function joinColumns<Row>(parts: readonly RowColumns<Row>[]): RowColumns<Row> {
  return {
    rows: parts.reduce((total, { rows }) => total + rows, 0),
    times: () => joinNumbers(parts.map((part) => part.times())),
    numbers: (member) => joinNumbers(parts.map((part) => part.numbers(member))),
    values: (member) => joinValues(parts.map((part) => part.values(member))),
    errors: (member) => joinValues(parts.map((part) => part.errors(member))),
  };
}

/** The first value, or, for rows that have none, the other one. */
export function either<Value>(first: Values<Value>, other: Values<Value>): Values<Value> {
  const found = new DifferentValues<Value>();
  const ofFirst = first.different.map((value) => found.placeOf(value));
  const ofOther = other.different.map((value) => found.placeOf(value));
  const places = first.places.map((place, row) =>
    place === 0 ? (ofOther[other.places[row] ?? 0] ?? 0) : (ofFirst[place] ?? 0),
  );
  return { different: found.values, places };
}

/** Collects each value once. */
class DifferentValues<Value> {
  readonly values: (Value | undefined)[] = [undefined];
  readonly #places = new Map<Value | undefined, number>([[undefined, 0]]);

  placeOf(value: Value | undefined): number {
    const known = this.#places.get(value);
    if (known !== undefined) {
      return known;
    }
    const place = this.values.push(value) - 1;
    this.#places.set(value, place);
    return place;
  }
}

function joinNumbers(parts: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(parts.reduce((total, { length }) => total + length, 0));
  let begin = 0;
  for (const part of parts) {
    joined.set(part, begin);
    begin += part.length;
  }
  return joined;
}

function joinValues<Value>(parts: readonly Values<Value>[]): Values<Value> {
  const found = new DifferentValues<Value>();
  const joined = new Uint32Array(parts.reduce((total, { places }) => total + places.length, 0));
  let begin = 0;
  for (const { different, places } of parts) {
    const placesOf = different.map((value) => found.placeOf(value));
    for (let row = 0; row < places.length; row += 1) {
      joined[begin + row] = placesOf[places[row] ?? 0] ?? 0;
    }
    begin += places.length;
  }
  return { different: found.values, places: joined };
}
