import { operatorsOf, type QueryFields } from './fields/query-field.ts';
import { nearestName } from './nearest-name.ts';
import { negationIssue } from './negation.ts';
import type { Query, QueryTerm } from './query-ast.ts';
import { issueAt, shown, type UnwordedIssue } from './query-fault.ts';
import { type ComparisonToken, type QueryToken, tokenize } from './query-tokens.ts';
import { readValue } from './values/query-value.ts';

/** A query, or the first thing that is wrong with it, for who has words of their own for it. */
export type ReadQuery =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly issue: UnwordedIssue };

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
export function readQuery(text: string, fields: QueryFields): ReadQuery {
  if (text.length > MAX_QUERY_CHARS) {
    const fault = { code: 'too-long', max: MAX_QUERY_CHARS, length: text.length } as const;
    return { ok: false, issue: issueAt(MAX_QUERY_CHARS, '', fault) };
  }
  const read = tokenize(text);
  if (!read.ok) {
    return read;
  }
  const issue = issueOfOrder(read.tokens, text);
  return issue === undefined ? build(read.tokens, fields) : { ok: false, issue };
}

/** A connective stands between two conditions. */
function issueOfOrder(tokens: readonly QueryToken[], text: string): UnwordedIssue | undefined {
  let before: QueryToken | undefined;
  for (const token of tokens) {
    if (token.kind === 'connective' && (before === undefined || before.kind === 'connective')) {
      return issueAt(token.at, token.word, { code: 'nothing-before', word: token.word });
    }
    before = token;
  }
  if (before?.kind === 'connective') {
    return issueAt(before.at, before.word, { code: 'nothing-after', word: before.word });
  }
  const terms = tokens.filter(({ kind }) => kind !== 'connective');
  const past = terms[MAX_QUERY_TERMS];
  return past === undefined
    ? undefined
    : issueAt(past.at, text.slice(past.at), { code: 'too-many', max: MAX_QUERY_TERMS, count: terms.length });
}

function build(tokens: readonly QueryToken[], fields: QueryFields): ReadQuery {
  const anyOf: QueryTerm[][] = [[]];
  for (const [index, token] of tokens.entries()) {
    const issue = negationIssue(token, tokens[index + 1], fields);
    if (issue !== undefined) {
      return { ok: false, issue };
    }
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
  return { ok: true, query: { anyOf: tokens.length === 0 ? [] : anyOf } };
}

function toComparison(token: ComparisonToken, fields: QueryFields): QueryTerm | { readonly issue: UnwordedIssue } {
  const { field: name, operator, value: text, at, valueAt } = token;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    const nearest = nearestName(name, Object.keys(fields));
    const fault = { code: 'unknown-field', field: shown(name), ...(nearest === undefined ? {} : { nearest }) } as const;
    return { issue: issueAt(at, name, fault) };
  }
  const operators = operatorsOf(field.type);
  if (!operators.includes(operator)) {
    const fault = { code: 'wrong-operator', field: name, operator, operators: operators.join(' ') } as const;
    return { issue: issueAt(at, `${name}${operator}`, fault) };
  }
  const reading = readValue(text, field, operator);
  if (reading.ok) {
    return { kind: 'comparison', field: name, operator, value: reading.value };
  }
  const { expected, nearest } = reading;
  const about = { field: name, value: shown(text), expected, words: (field.values ?? []).join(', ') };
  const fault = { code: 'wrong-value', ...about, ...(nearest === undefined ? {} : { nearest }) } as const;
  return { issue: issueAt(valueAt, text, fault) };
}
