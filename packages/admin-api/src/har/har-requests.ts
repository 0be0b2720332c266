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
  const { store, traffic, kind, filter } = search;
  const captured = exchangesOf(traffic?.frames() ?? []);
  const rows: RowKey[] = [];
  const requestIds = new Set<string>();
  for await (const row of store.scan(kind, filter)) {
    requestIds.add(row.request_id);
    rows.push(keyOf(row, captured.byRequest.get(row.request_id)));
    // One more says that there are more.
    if (rows.length > MAX_HAR_REQUESTS) {
      break;
    }
  }
  const alone = kind === 'traces' ? matching(captured.byRequest, search) : [];
  const others = await withoutRows(
    store,
    alone.filter(([id]) => !requestIds.has(id)),
  );
  const found = [...rows.toReversed(), ...others].toSorted(
    (one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt),
  );
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
  const { dropped, oldest_retained: oldest } = kind === 'calls' ? calls : traces;
  return dropped === 0 || oldest === undefined
    ? []
    : [
        `Older ${kind} were let go: they reach back to ${oldest}${kind === 'traces' ? ', failed and slow ones further' : ''}.`,
      ];
}
