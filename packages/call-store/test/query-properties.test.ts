// The predicate of a query against an evaluator that is written as plainly as the rules.
import { parseQuery, QUERY_FIELDS, type Query, type QueryTerm, toPredicate } from '@dcc-mcp/call-store/query';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';

const FIELDS = QUERY_FIELDS.calls;
const words = fc.constantFrom('ok', 'timeout', 'Maya', 'maya.x', 'ma', 'söhne', 'SÖHNE', '', ' ', '"', "'", '\\', 'OR');

const rows = fc.record(
  {
    tool: words,
    agent_name: words,
    outcome: fc.constantFrom('ok', 'timeout', 'tool_error'),
    success: fc.boolean(),
    duration_ms: fc.constantFrom(0, 1, 999, 1000, 2000.5),
    timestamp: fc.constantFrom('2026-11-29T10:00:00.000Z', '2026-11-29T10:00:01.000Z'),
    error: fc.record({ kind: fc.constantFrom('timeout', 'internal'), message: words }),
    forwarded_for: fc.array(words, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

interface Case {
  readonly field: string;
  readonly values: readonly (string | number | boolean)[];
  readonly operators: readonly string[];
}

const TEXTUAL = ['=', '!=', '~', '!~'];
const ORDERED = ['=', '!=', '>', '>=', '<', '<='];
const CASES: readonly Case[] = [
  { field: 'tool', values: ['maya.x', 'MA', '', 'x" y', "a' b", 'b\\'], operators: TEXTUAL },
  { field: 'agent_name', values: ['söhne', 'SÖHNE', 'OR'], operators: TEXTUAL },
  { field: 'outcome', values: ['ok', 'timeout'], operators: TEXTUAL },
  { field: 'success', values: [true, false], operators: ['=', '!='] },
  { field: 'duration_ms', values: [0, 999, 1000, 2000.5], operators: ORDERED },
  { field: 'timestamp', values: [Date.UTC(2026, 10, 29, 10), Date.UTC(2026, 10, 29, 10, 0, 1)], operators: ORDERED },
  { field: 'error', values: ['ok', 'ma'], operators: TEXTUAL },
  { field: 'error.kind', values: ['timeout', 'internal'], operators: TEXTUAL },
  { field: 'forwarded_for', values: ['maya.x', 'ok'], operators: TEXTUAL },
];

const terms = fc.oneof(
  words.map((text): QueryTerm => ({ kind: 'text', text })),
  fc.constantFrom(...CASES).chain(({ field, values, operators }) =>
    fc.tuple(fc.constantFrom(...operators), fc.constantFrom(...values)).map(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- from the table above
      ([operator, value]) => ({ kind: 'comparison', field, operator, value }) as QueryTerm,
    ),
  ),
);
const queries = fc.array(fc.array(terms, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });

function valuesOf(row: Record<string, unknown>, field: string): readonly unknown[] {
  const error = row['error'] as Record<string, unknown> | undefined;
  if (field.startsWith('error')) {
    const value = error?.[field === 'error.kind' ? 'kind' : 'message'];
    return value === undefined ? [] : [value];
  }
  const value = row[field];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function comparesNaively(value: unknown, operator: string, wanted: string | number | boolean): boolean {
  const found = typeof wanted === 'number' && typeof value === 'string' ? Date.parse(value) : value;
  switch (operator) {
    case '=':
      return found === wanted;
    case '~':
      return String(found).toLowerCase().includes(String(wanted).toLowerCase());
    case '>':
      return (found as number) > (wanted as number);
    case '>=':
      return (found as number) >= (wanted as number);
    case '<':
      return (found as number) < (wanted as number);
    default:
      return (found as number) <= (wanted as number);
  }
}

function holdsNaively(term: QueryTerm, row: Record<string, unknown>): boolean {
  if (term.kind === 'text') {
    const searched = ['tool', 'agent_name', 'error', 'error.kind'].flatMap((field) => valuesOf(row, field));
    return searched.some((value) => comparesNaively(value, '~', term.text));
  }
  const { field, operator, value } = term;
  const values = valuesOf(row, field);
  return operator.startsWith('!')
    ? !values.some((each) => comparesNaively(each, operator === '!=' ? '=' : '~', value))
    : values.some((each) => comparesNaively(each, operator, value));
}

const quote = (text: string): string => `"${text.replaceAll(/["'\\]/g, String.raw`\$&`)}"`;

/** The query as a person would write it. */
function write(term: QueryTerm): string {
  if (term.kind === 'text') {
    return quote(term.text);
  }
  const { field, operator, value } = term;
  const written = field === 'timestamp' ? new Date(value as number).toISOString() : String(value);
  return `${field}${operator}${quote(written)}`;
}

test('a query holds for the rows that a naive evaluator picks, and no others', () => {
  fc.assert(
    fc.property(queries, rows, (anyOf, row) => {
      const expected = anyOf.some((all) => all.every((term) => holdsNaively(term, row)));
      const query: Query = { anyOf };
      expect(toPredicate(query, FIELDS)(row)).toBe(expected);
      const text = anyOf.map((all) => all.map(write).join(' ')).join(' OR ');
      const reading = parseQuery(text, FIELDS);
      expect(reading.ok && reading.query).toEqual(query);
    }),
    { numRuns: 1000 },
  );
});

/** What reading a text came to; anything else than one of these two is a mistake of ours. */
function describeReading(text: string): string {
  const reading = parseQuery(text, FIELDS);
  if (reading.ok) {
    return typeof reading.predicate({});
  }
  const { position, message } = reading.issue;
  return position <= text.length && message !== '' ? 'refused' : `a bad issue: ${position} ${message}`;
}

test('no text is too strange to be read or refused', () => {
  const pieces = fc.constantFrom(
    'tool',
    '=',
    '~',
    '!',
    '>',
    '<',
    '"',
    "'",
    '\\',
    ' ',
    'OR',
    'AND',
    '(',
    '2s',
    'é',
    '\0',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(['boolean', 'refused']).toContain(describeReading(text));
    }),
    { numRuns: 1000 },
  );
});
