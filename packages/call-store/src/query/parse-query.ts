import type { QueryFields } from './fields/query-field.ts';
import type { Query } from './query-ast.ts';
import { type QueryIssue, toIssue } from './query-issue.ts';
import { type RowPredicate, toPredicate } from './query-predicate.ts';
import { readQuery } from './read-query.ts';

/** A query with the function that it is, or the first thing that is wrong with it. */
export type QueryReading =
  | { readonly ok: true; readonly query: Query; readonly predicate: RowPredicate }
  | { readonly ok: false; readonly issue: QueryIssue };

/** Reads a query as {@link readQuery} does, for who holds rows against it and says in English what is wrong. */
export function parseQuery(text: string, fields: QueryFields): QueryReading {
  const reading = readQuery(text, fields);
  return reading.ok
    ? { ...reading, predicate: toPredicate(reading.query, fields) }
    : { ok: false, issue: toIssue(reading.issue) };
}
