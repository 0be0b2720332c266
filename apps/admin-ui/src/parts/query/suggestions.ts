import type { QueryFields } from '@dcc-mcp/call-store/query';
import { operatorsOf } from '@dcc-mcp/call-store/query';
import { term, termsOf } from './query-terms.ts';

/** A way to go on with what is being written. */
export interface Suggestion {
  /** What the piece at the caret becomes. */
  readonly text: string;
  /** How many of the rows in sight it would leave; absent of a field. */
  readonly count?: number;
}

const MAX_SUGGESTIONS = 8;
const COMPARISON = /^([\w.]+)(!=|!~|>=|<=|=|~|>|<)(.*)$/s;

/** The piece of the filter that the caret stands in or behind; blank between two. */
export function pieceAt(q: string, caret: number): { readonly text: string; readonly at: number } {
  return termsOf(q).find(({ text, at }) => at <= caret && caret <= at + text.length) ?? { text: '', at: caret };
}

/** Fields that begin like the piece, or values of its field: of the closed set, or seen in `rows`, the most frequent first. */
export function suggestionsFor(piece: string, fields: QueryFields, rows: readonly object[]): readonly Suggestion[] {
  const comparison = COMPARISON.exec(piece);
  if (comparison === null) {
    return fieldsLike(piece.toLowerCase(), fields);
  }
  const [, name = '', operator = '=', written = ''] = comparison;
  const field = fields[name];
  if (field === undefined || !operatorsOf(field.type).some((each) => each === operator)) {
    return [];
  }
  const wanted = written.replace(/^"|"$/g, '').toLowerCase();
  const counts = countValues(rows, field.path ?? name.split('.'));
  for (const value of field.values ?? (field.type === 'flag' ? ['true', 'false'] : [])) {
    counts.set(value, counts.get(value) ?? 0);
  }
  return [...counts]
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

function countValues(rows: readonly object[], path: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = path.reduce<unknown>(memberOf, row);
    if (typeof value === 'string' && value.length <= MAX_VALUE_CHARS) {
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return counts;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
