import { nearestName } from './nearest-name.ts';
import type { Query, QueryIssue, QueryTerm } from './query-ast.ts';
import { operatorsOf, type QueryFields } from './query-field.ts';
import { type RowPredicate, toPredicate } from './query-predicate.ts';
import { type ComparisonToken, type QueryToken, tokenize } from './query-tokens.ts';
import { readValue } from './query-value.ts';

/** A query, or the first thing that is wrong with it. */
export type QueryReading =
  | { readonly ok: true; readonly query: Query; readonly predicate: RowPredicate }
  | { readonly ok: false; readonly issue: QueryIssue };

/** Longest query, in UTF-16 units. */
export const MAX_QUERY_CHARS = 2048;
/** Most conditions of a query. */
export const MAX_QUERY_TERMS = 64;

/**
 * Reads a query: `field op value` and bare words, joined by spaces (all have to hold) or by ` OR `; AND binds tighter.
 * `outcome=timeout tool~render duration_ms>2s`. A blank text asks for everything. Takes time linear in the text.
 *
 * @param fields What can be asked for: a table of `QUERY_FIELDS`.
 */
export function parseQuery(text: string, fields: QueryFields): QueryReading {
  if (text.length > MAX_QUERY_CHARS) {
    return refuse(
      MAX_QUERY_CHARS,
      '',
      `A query has at most ${MAX_QUERY_CHARS} characters; this one has ${text.length}.`,
    );
  }
  const read = tokenize(text);
  if (!read.ok) {
    return refuse(read.issue.at, read.issue.found, read.issue.message);
  }
  const issue = issueOfOrder(read.tokens, text);
  return issue === undefined ? build(read.tokens, fields) : { ok: false, issue };
}

function refuse(position: number, found: string, message: string): { readonly ok: false; readonly issue: QueryIssue } {
  return { ok: false, issue: { position, found, message } };
}

/** A connective stands between two conditions. */
function issueOfOrder(tokens: readonly QueryToken[], text: string): QueryIssue | undefined {
  let before: QueryToken | undefined;
  for (const token of tokens) {
    if (token.kind === 'connective' && (before === undefined || before.kind === 'connective')) {
      return missing(token, 'before');
    }
    before = token;
  }
  if (before?.kind === 'connective') {
    return missing(before, 'after');
  }
  const terms = tokens.filter(({ kind }) => kind !== 'connective');
  const past = terms[MAX_QUERY_TERMS];
  return past === undefined
    ? undefined
    : {
        position: past.at,
        found: text.slice(past.at, past.at + 64),
        message: `A query has at most ${MAX_QUERY_TERMS} conditions; this one has ${terms.length}.`,
      };
}

function missing({ at, word }: QueryToken & { kind: 'connective' }, side: 'before' | 'after'): QueryIssue {
  return {
    position: at,
    found: word,
    message: `${word} needs a condition ${side} it; put it in quotes to search for the word.`,
  };
}

function build(tokens: readonly QueryToken[], fields: QueryFields): QueryReading {
  const anyOf: QueryTerm[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'connective') {
      if (token.word === 'OR') {
        anyOf.push([]);
      }
      continue;
    }
    const term = token.kind === 'word' ? ({ kind: 'text', text: token.text } as const) : toComparison(token, fields);
    if ('issue' in term) {
      return { ok: false, issue: term.issue };
    }
    anyOf.at(-1)?.push(term);
  }
  const query: Query = { anyOf: tokens.length === 0 ? [] : anyOf };
  return { ok: true, query, predicate: toPredicate(query, fields) };
}

function toComparison(token: ComparisonToken, fields: QueryFields): QueryTerm | { readonly issue: QueryIssue } {
  const { field: name, operator, value: text, at, valueAt } = token;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    return { issue: unknownField(token, Object.keys(fields)) };
  }
  const operators = operatorsOf(field.type);
  if (!operators.includes(operator)) {
    const message = `${operator} does not work on ${name}; use one of ${operators.join(' ')}.`;
    return { issue: { position: at, found: `${name}${operator}`, message } };
  }
  const reading = readValue(text, field, operator);
  if (reading.ok) {
    return { kind: 'comparison', field: name, operator, value: reading.value };
  }
  const { expected, nearest } = reading;
  const message = `${quote(text)} is no value of ${name}: expected ${expected}.${didYouMean(nearest)}`;
  return {
    issue: { position: valueAt, found: text.slice(0, 64), message, ...(nearest === undefined ? {} : { nearest }) },
  };
}

function unknownField({ field, at }: ComparisonToken, known: readonly string[]): QueryIssue {
  const nearest = nearestName(field, known);
  const message = `There is no field ${quote(field)}.${didYouMean(nearest)}`;
  return { position: at, found: field.slice(0, 64), message, ...(nearest === undefined ? {} : { nearest }) };
}

function didYouMean(nearest: string | undefined): string {
  return nearest === undefined ? '' : ` Did you mean ${nearest}?`;
}

function quote(text: string): string {
  return text.length > 64 ? `"${text.slice(0, 64)}…"` : `"${text}"`;
}
