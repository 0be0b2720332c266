import type { CallRow, CallStore, RowFilter, Trace } from '@dcc-mcp/call-store';
import { type QueryFields, parseQuery, QUERY_FIELDS, toPredicate } from '@dcc-mcp/call-store/query';
import type { TrafficSource } from '../admin-sources.ts';
import { type HarKey, isLongFrom, type RowKey, type WireKey } from './har-key.ts';
import { sessionOf, sessionOfWire, startOf } from './har-subject.ts';
import { exchangesOf, type WireExchange } from './wire-exchange.ts';

/** Rows that a HAR can be of. */
export type HarKind = 'calls' | 'traces';

/** Requests of one HAR: whoever opens it holds all of it in memory. */
export const MAX_HAR_REQUESTS = 10_000;

/** Which requests belong into a HAR. */
export interface HarRequests {
  /** Oldest first. */
  readonly keys: readonly HarKey[];
  /** What is known to be left out, one sentence each. */
  readonly omitted: readonly string[];
}

/** What is looked through. */
export interface HarSearch {
  readonly store: CallStore;
  readonly traffic: TrafficSource | undefined;
  readonly kind: HarKind;
  readonly filter: RowFilter;
  /** The query of the filter as it was written. */
  readonly q: string | undefined;
}

/**
 * Finds the newest requests that match. Keys alone are held: rows with their payloads are read when they are written, one
 * by one.
 */
export async function findHarRequests(search: HarSearch): Promise<HarRequests> {
  const { store, traffic, kind } = search;
  const captured = exchangesOf(traffic?.frames() ?? []);
  const rows = await keysOf(search, captured.byRequest);
  const ofRows = new Set(rows.map(({ wire }) => wire));
  const alone = kind === 'traces' ? matching(captured.byRequest, search) : [];
  const others = await withoutRows(
    store,
    alone.filter(([, wire]) => !ofRows.has(wire)),
  );
  const found = [...rows, ...others].toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
  return {
    keys: found.slice(-MAX_HAR_REQUESTS),
    omitted: [
      ...(found.length > MAX_HAR_REQUESTS ? [`Only the newest ${MAX_HAR_REQUESTS} requests that match are here.`] : []),
      ...(await reachOf(store, kind)),
      ...(captured.others > 0 && kind === 'traces'
        ? [`${captured.others} captured messages are not here: which request they answer is not known.`]
        : []),
    ],
  };
}

/** Of the newest rows that match; one more than a HAR has says that there are more. */
async function keysOf(search: HarSearch, captured: ReadonlyMap<string, WireExchange>): Promise<readonly RowKey[]> {
  const keys = new Map<string, RowKey>();
  for (const [kind, filter] of [[search.kind, search.filter] as const, ...(await callsBeside(search))]) {
    let count = 0;
    for await (const row of search.store.scan(kind, filter)) {
      if (!keys.has(row.row_id)) {
        keys.set(row.row_id, keyOf(row, captured.get(row.request_id)));
      }
      count += 1;
      if (count > MAX_HAR_REQUESTS) {
        break;
      }
    }
  }
  return [...keys.values()].toReversed();
}

/** Calls outlive their traces. None are looked for where the query asks what a call does not have. */
async function callsBeside({ store, kind, filter, q }: HarSearch): Promise<readonly (readonly ['calls', RowFilter])[]> {
  const { traces } = await store.usage();
  if (kind === 'calls' || traces.dropped === 0) {
    return [];
  }
  const reading = q === undefined ? undefined : parseQuery(q, QUERY_FIELDS.calls);
  if (reading === undefined) {
    return [['calls', filter]];
  }
  return reading.ok ? [['calls', { ...filter, query: reading.query }]] : [];
}

function keyOf(row: CallRow | Trace, wire: WireExchange | undefined): RowKey {
  const startedAt = 'started_at' in row ? row.started_at : startOf(row.timestamp, row.duration_ms);
  const { row_id: rowId, timestamp } = row;
  return { rowId, timestamp, isLong: isLongFrom(startedAt, timestamp), startedAt, sessionId: sessionOf(row), wire };
}

type Exchanges = readonly (readonly [string, WireExchange])[];

/** Captured messages that the same question finds; none where it asks for what they don't have. */
function matching(byRequest: ReadonlyMap<string, WireExchange>, { filter, q }: HarSearch): Exchanges {
  const { sinceMillis = -Infinity, untilMillis = Infinity } = filter;
  const fields: QueryFields = QUERY_FIELDS.frames;
  const reading = q === undefined ? undefined : parseQuery(q, fields);
  if (reading?.ok === false) {
    return [];
  }
  const holds = reading === undefined ? () => true : toPredicate(reading.query, fields);
  return [...byRequest].filter(([, { asked, answers }]) => {
    const millis = Date.parse(asked.timestamp);
    return millis >= sinceMillis && millis <= untilMillis && [asked, ...answers].some((frame) => holds(frame));
  });
}

/** A request whose row the question does not find is none of those that have no row. */
async function withoutRows(store: CallStore, exchanges: Exchanges): Promise<readonly WireKey[]> {
  const keys: WireKey[] = [];
  for (const [id, wire] of exchanges) {
    const [row] = await store.find('traces', id);
    if (row === undefined) {
      keys.push({ startedAt: wire.asked.timestamp, sessionId: sessionOfWire(wire), wire });
    }
  }
  return keys;
}

/** How far back there is anything to find, where something was let go. */
async function reachOf(store: CallStore, kind: HarKind): Promise<readonly string[]> {
  const { calls, traces } = await store.usage();
  return [
    ...(calls.dropped === 0 || calls.oldest_retained === undefined
      ? []
      : [`Older calls were let go: they reach back to ${calls.oldest_retained}.`]),
    ...(kind === 'calls' || traces.dropped === 0 || traces.oldest_retained === undefined
      ? []
      : [
          `Older traces were let go: they reach back to ${traces.oldest_retained}, failed and slow ones further. Of a call before that neither arguments nor result are kept, of other requests nothing.`,
        ]),
  ];
}
