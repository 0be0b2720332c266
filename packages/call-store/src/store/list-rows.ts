import { QUERY_FIELDS } from '../query/fields/query-fields.ts';
import { type RowPredicate, toPredicate } from '../query/query-predicate.ts';
import { type Trace, type TraceDetail, type TraceRequest, toTraceRow } from '../rows/trace-row.ts';
import type { CallStore, ListRequest, RowFilter, RowList } from './call-store.ts';
import type { ListedRows, RowKind, RowKinds } from './row-kinds.ts';

/** Rows of a page that asks for no number. */
export const DEFAULT_LIMIT = 200;

interface Entry<Row> {
  readonly id: string;
  readonly row: Row;
}

/** One page of entries that lie oldest first. */
export function pageOf<Row extends { readonly timestamp: string }>(
  oldestFirst: readonly Entry<Row>[],
  request: ListRequest,
  matches: (row: Row) => boolean,
): RowList<Row> {
  const { limit = DEFAULT_LIMIT, cursor } = request;
  const rows: Row[] = [];
  let total = 0;
  let last: string | undefined;
  let hasMore = false;
  for (let index = oldestFirst.length - 1; index >= 0; index -= 1) {
    const entry = oldestFirst[index];
    if (entry === undefined || !matches(entry.row)) {
      continue;
    }
    total += 1;
    if (cursor !== undefined && entry.id >= cursor) {
      continue;
    }
    if (rows.length < limit) {
      rows.push(entry.row);
      last = entry.id;
    } else {
      hasMore = true;
    }
  }
  return {
    total,
    returned: rows.length,
    scanned: oldestFirst.length,
    rows,
    ...(hasMore && last !== undefined ? { next_cursor: last } : {}),
  };
}

/** A filter as a function; a query can name the fields of its list only. */
export function matcherOf(kind: RowKind, filter: RowFilter): (row: { readonly timestamp: string }) => boolean {
  const { sinceMillis = Number.NEGATIVE_INFINITY, untilMillis = Number.POSITIVE_INFINITY, query } = filter;
  const holds: RowPredicate = query === undefined ? () => true : toPredicate(query, QUERY_FIELDS[kind]);
  if (filter.sinceMillis === undefined && filter.untilMillis === undefined) {
    return holds;
  }
  return (row) => {
    const millis = Date.parse(row.timestamp);
    return millis >= sinceMillis && millis <= untilMillis && holds(row);
  };
}

/** What a list shows of a row. */
export function toListed<K extends RowKind>(kind: K, row: RowKinds[K]): ListedRows[K] {
  const listed = kind === 'traces' && 'spans' in row ? toTraceRow(row) : row;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a trace loses members, all others are listed whole
  return listed as ListedRows[K];
}

const NAMES = ['request_id', 'trace_id', 'search_id', 'event_id'] as const;

/** Whether a row has an id: its own, that of its request, its trace or its search. */
export function isNamed({ id, row }: Entry<object>, wanted: string): boolean {
  const names: { readonly [name in (typeof NAMES)[number]]?: string } = row;
  return id === wanted || NAMES.some((name) => names[name] === wanted);
}

/**
 * The trace that has the id, of several the newest; with the requests of the same trace that are retained, and those that have
 * the same id: clients repeat ids of their requests.
 */
export async function traceDetail(store: Pick<CallStore, 'find'>, id: string): Promise<TraceDetail | undefined> {
  const named = await store.find('traces', id);
  const found = named.find(({ row_id: own }) => own === id) ?? named[0];
  if (found === undefined) {
    return undefined;
  }
  const sameTrace = await store.find('traces', found.trace_id);
  return { ...found, requests: requestsOf([...sameTrace, ...named]) };
}

/** Each once, oldest first. */
function requestsOf(traces: readonly Trace[]): readonly TraceRequest[] {
  const byId = new Map(traces.map((trace) => [trace.row_id, trace]));
  return [...byId.values()]
    .toSorted((a, b) => (a.row_id < b.row_id ? -1 : 1))
    .map(({ row_id, request_id, operation, outcome }) => ({ row_id, request_id, operation, outcome }));
}
