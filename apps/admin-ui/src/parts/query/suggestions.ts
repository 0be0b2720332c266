import { operatorsOf, type QueryField, type QueryFields } from '@dcc-mcp/call-store/query';
import { term, termsOf } from './query-terms.ts';

/** A way to go on with what is being written. */
export interface Suggestion {
  /** What the piece at the caret becomes. */
  readonly text: string;
  /** How many rows have it; absent of a field. */
  readonly count?: number;
}

const MAX_SUGGESTIONS = 8;
const COMPARISON = /^([\w.]+)(!=|!~|>=|<=|=|~|>|<)(.*)$/s;

/** The piece of the filter that the caret stands in or behind; blank between two. */
export function pieceAt(q: string, caret: number): { readonly text: string; readonly at: number } {
  return termsOf(q).find(({ text, at }) => at <= caret && caret <= at + text.length) ?? { text: '', at: caret };
}

/** A condition that is being written. */
export interface Written {
  readonly name: string;
  readonly field: QueryField;
  readonly operator: string;
  /** What there is of its value, in lower case. */
  readonly value: string;
}

/** The condition that a piece is; `undefined` of one that is none, or can be none. */
export function writtenIn(piece: string, fields: QueryFields): Written | undefined {
  const [, name = '', operator = '=', value = ''] = COMPARISON.exec(piece) ?? [];
  const field = fields[name];
  return field === undefined || !operatorsOf(field.type).some((each) => each === operator)
    ? undefined
    : { name, field, operator, value: value.replace(/^"|"$/g, '').toLowerCase() };
}

/** Where values are offered from: what is known of all rows, else the rows in sight. */
export interface ValueSource {
  readonly known?: ReadonlyMap<string, number> | undefined;
  readonly rows: readonly object[];
}

/** Fields that begin like the piece, or values of its field: of the closed set, or that rows have, the most frequent first. */
export function suggestionsFor(
  piece: string,
  fields: QueryFields,
  { known, rows }: ValueSource,
): readonly Suggestion[] {
  if (!COMPARISON.test(piece)) {
    return fieldsLike(piece.toLowerCase(), fields);
  }
  const written = writtenIn(piece, fields);
  if (written === undefined) {
    return [];
  }
  const { name, field, operator, value: wanted } = written;
  const counts = new Map(known ?? countValues(rows, placeOf(name, field)));
  for (const value of field.values ?? (field.type === 'flag' ? ['true', 'false'] : [])) {
    counts.set(value, counts.get(value) ?? 0);
  }
  return [...counts]
    .filter(([value]) => value.length <= MAX_VALUE_CHARS)
    .filter(([value]) => value.toLowerCase().includes(wanted) && value.toLowerCase() !== wanted)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, MAX_SUGGESTIONS)
    .map(([value, count]) => ({ text: term(name, value, operator), count }));
}

function fieldsLike(written: string, fields: QueryFields): readonly Suggestion[] {
  if (written === '') {
    return [];
  }
  const names = Object.keys(fields);
  const first = names.filter((name) => name.startsWith(written));
  const others = names.filter((name) => name.includes(written) && !name.startsWith(written));
  return [...first, ...others].slice(0, MAX_SUGGESTIONS).map((name) => ({ text: `${name}=` }));
}

/** Values longer than this, and numbers, are no choice to offer. */
const MAX_VALUE_CHARS = 80;

/** What is derived stands in an answer by its own name. */
function placeOf(name: string, { derived, path }: QueryField): readonly string[] {
  return derived === undefined && path !== undefined ? path : name.split('.');
}

function countValues(rows: readonly object[], path: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = path.reduce<unknown>(memberOf, row);
    if (typeof value === 'string') {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return counts;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
