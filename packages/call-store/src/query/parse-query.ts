import type { QueryFields } from './fields/query-field.ts';
import { type RowPredicate, toPredicate } from './query-predicate.ts';
import { type ReadQuery, readQuery } from './read-query.ts';

/** A query with the function that it is, or the first thing that is wrong with it. */
export type QueryReading =
  | (Extract<ReadQuery, { readonly ok: true }> & { readonly predicate: RowPredicate })
  | Extract<ReadQuery, { readonly ok: false }>;

/** Reads a query as {@link readQuery} does, for who holds rows against it. */
export function parseQuery(text: string, fields: QueryFields): QueryReading {
  const reading = readQuery(text, fields);
  return reading.ok ? { ...reading, predicate: toPredicate(reading.query, fields) } : reading;
}
