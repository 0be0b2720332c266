/**
 * What can be compared with a field: `text` by `= != ~ !~`, `enum` by the same with one of `values`, `flag` by `= !=` with true
 * or false, `number`, `duration` (milliseconds), `bytes` and `time` (RFC 3339) by `= != > >= < <=`.
 */
export type FieldType = 'text' | 'enum' | 'flag' | 'number' | 'duration' | 'bytes' | 'time';

/** One column that a query can name. */
export interface QueryField {
  readonly type: FieldType;
  /** Where the value stands in a row: `['error', 'kind']`. Default: the field's own name, split at dots. */
  readonly path?: readonly string[];
  /** The closed set of an `enum`. */
  readonly values?: readonly string[];
  /** Whether a bare word is searched in it. */
  readonly isSearched?: boolean;
  /** What is compared in place of the text that stands there. */
  readonly derived?: DerivedValue;
}

/** What can be said of a text: of a message its hash without its values, see `messageHash`. */
export type DerivedValue = 'message-hash';

/** All columns of a kind of row, by the name that a query uses. */
export type QueryFields = Readonly<Record<string, QueryField>>;

/** Operators of a comparison. */
export const QUERY_OPERATORS = ['!=', '!~', '>=', '<=', '=', '~', '>', '<'] as const;
/** One of {@link QUERY_OPERATORS}. */
export type QueryOperator = (typeof QUERY_OPERATORS)[number];

const ORDERED: readonly QueryOperator[] = ['=', '!=', '>', '>=', '<', '<='];
const TEXTUAL: readonly QueryOperator[] = ['=', '!=', '~', '!~'];

const OPERATORS: Readonly<Record<FieldType, readonly QueryOperator[]>> = {
  text: TEXTUAL,
  enum: TEXTUAL,
  flag: ['=', '!='],
  number: ORDERED,
  duration: ORDERED,
  bytes: ORDERED,
  time: ORDERED,
};

/** The operators that have a meaning for a type of field. */
export function operatorsOf(type: FieldType): readonly QueryOperator[] {
  return OPERATORS[type];
}

/** Whether the values of a field can be counted: numbers and times are no choice. */
export function isFaceted({ type }: QueryField): boolean {
  return !operatorsOf(type).includes('>');
}

/** The keys that lead to a field's value in a row. */
export function pathOf(name: string, { path }: QueryField): readonly string[] {
  return path ?? name.split('.');
}
