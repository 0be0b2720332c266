import type {
  CallRow,
  CallStore,
  ContentionEvent,
  RowFilter,
  RowKind,
  RowKinds,
  SearchRow,
  Trace,
} from '@dcc-mcp/call-store';
import { type BundleRows, ownCalls, subjectOf } from '@dcc-mcp/call-store/analytics';
import type { QueryTerm } from '@dcc-mcp/call-store/query';
import type { AdminSources } from '../admin-sources.ts';
import type { AdminRefusal } from './admin-request.ts';
import { instanceEvents, instancesOf } from './instance-events.ts';
import { linkedRow, type LinkPlaces, requestLinks } from './links.ts';
import { counted, unknownId } from './unknown-id.ts';

type Subject = CallRow | Trace | SearchRow;
type Rows = Pick<BundleRows, 'calls' | 'traces' | 'searches'>;

/** Milliseconds before and after a request whose events belong to it. */
const AROUND_MILLIS = 30_000;
/** Rows of each list: a trace may be that of a whole day. */
const MAX_ROWS = 64;
const MAX_PREVIOUS = 5;

/** All that is retained about a request. @throws {AdminRefusal} When no row has the id. */
export async function gatherBundle(sources: AdminSources, id: string, places: LinkPlaces): Promise<BundleRows> {
  const { store } = sources;
  const named = { lookupId: id, ...NOTHING, ...(await findRows(store, id)), links: {} };
  const first = subjectOf(named);
  if (first === undefined) {
    throw await unknownRequest(store, id);
  }
  const found = joined(named, await findRows(store, first.trace_id));
  const subject = subjectOf({ ...named, ...found }) ?? first;
  const rows = { ...found, searches: await withFollowed(store, found) };
  const linked = <Row extends object>(list: readonly Row[]): readonly Row[] =>
    list.map((row) => linkedRow(row, places));
  const surroundings = await surroundingsOf(sources, { subject, rows, places });
  const previous = await previousOf(store, subject);
  return {
    lookupId: id,
    calls: linked(capped(rows.calls, subject)),
    traces: linked(capped(rows.traces, subject)),
    searches: linked(capped(rows.searches, subject)),
    ...surroundings,
    previousFailures: linked(previous.failures),
    previousCalls: linked(previous.calls),
    omitted: [...omittedOf(rows), ...surroundings.omitted],
    links: requestLinks(places, subject.row_id),
  };
}

const NOTHING = { events: [], contention: [], previousFailures: [], previousCalls: [] } as const;

async function findRows(store: CallStore, id: string): Promise<Rows> {
  const [calls, traces, searches] = await Promise.all([
    store.find('calls', id),
    store.find('traces', id),
    store.find('searches', id),
  ]);
  return { calls, traces, searches };
}

/** Those of the id, which may be that of requests of several traces, and those of the trace. */
function joined(named: Rows, ofTrace: Rows): Rows {
  return {
    calls: newestFirst([...named.calls, ...ofTrace.calls]),
    traces: newestFirst([...named.traces, ...ofTrace.traces]),
    searches: newestFirst([...named.searches, ...ofTrace.searches]),
  };
}

/** Each once. */
function newestFirst<Row extends { readonly row_id: string }>(rows: readonly Row[]): readonly Row[] {
  const byId = new Map(rows.map((row) => [row.row_id, row]));
  return [...byId.values()].toSorted((a, b) => (a.row_id < b.row_id ? 1 : -1));
}

/** Searches of the trace, and those that its calls followed. */
async function withFollowed(store: CallStore, { calls, searches }: Rows): Promise<readonly SearchRow[]> {
  const known = new Set(searches.map(({ search_id: id }) => id));
  const followed = calls.flatMap(({ search }) => search?.search_id ?? []);
  const ids = new Set(followed.filter((id) => !known.has(id)));
  const more = await Promise.all([...ids].map((id) => store.find('searches', id)));
  return [...searches, ...more.flat()];
}

/** The newest, and the row that it is about in any case. */
function capped<Row extends { readonly row_id: string }>(
  rows: readonly Row[],
  { row_id: id }: Subject,
): readonly Row[] {
  const newest = rows.slice(0, MAX_ROWS);
  const own = rows.slice(MAX_ROWS).find((row) => row.row_id === id);
  return own === undefined ? newest : [...newest.slice(0, -1), own];
}

function omittedOf(rows: Rows): readonly string[] {
  return Object.entries(rows)
    .filter(([, list]) => list.length > MAX_ROWS)
    .map(([name, list]) => `${name}: ${MAX_ROWS} of ${list.length} are here, the newest and its own`);
}

interface Times {
  readonly sinceMillis: number;
  readonly untilMillis: number;
}

function around(subject: Subject): Times {
  const end = Date.parse(subject.timestamp);
  const length = 'duration_ms' in subject ? subject.duration_ms : 'total_ms' in subject ? subject.total_ms : 0;
  return { sinceMillis: end - length - AROUND_MILLIS, untilMillis: end + AROUND_MILLIS };
}

type Surroundings = Pick<BundleRows, 'events' | 'contention' | 'instance'> & { readonly omitted: readonly string[] };

interface Asked {
  readonly subject: Subject;
  readonly rows: Rows;
  readonly places: LinkPlaces;
}

async function surroundingsOf(sources: AdminSources, { subject, rows, places }: Asked): Promise<Surroundings> {
  const times = around(subject);
  const own = ownCalls(subject, rows.calls);
  const instanceIds = instancesOf('instance_id' in subject ? subject : {}, own);
  const dccTypes = new Set([subject, ...own].map((row) => ('dcc_type' in row ? row.dcc_type : undefined)));
  const isNear = ({ instance_id: id, dcc_type: type }: ContentionEvent): boolean =>
    instanceIds.includes(id) || dccTypes.has(type);
  const contention = await take(sources.store, 'events', { filter: times, limit: MAX_ROWS, matches: isNear });
  const events = await instanceEvents(sources.eventsOf, {
    instanceIds,
    requests: rows.calls,
    fromMillis: times.sinceMillis,
    toMillis: times.untilMillis,
  });
  const [first] = instanceIds;
  const instance = first === undefined ? undefined : await cardOf(sources, first, places.baseUrl);
  const { length: count } = instanceIds;
  const omitted = instance !== undefined && count > 1 ? [`instance: the card of 1 of ${count} is here`] : [];
  return { events, contention, instance, omitted };
}

async function cardOf(sources: AdminSources, id: string, baseUrl: string): Promise<object | undefined> {
  const { instances } = await sources.instances(baseUrl);
  const cards: readonly unknown[] = Array.isArray(instances) ? instances : [];
  return cards
    .filter((card) => typeof card === 'object' && card !== null)
    .find((card) => 'instance_id' in card && card.instance_id === id);
}

interface Previous {
  readonly failures: readonly CallRow[];
  readonly calls: readonly CallRow[];
}

/** Earlier failures of the same tool, and what the same session called before. */
async function previousOf(store: CallStore, subject: Subject): Promise<Previous> {
  const tool = 'tool' in subject ? subject.tool : undefined;
  const { session_id: session, session_source: source, row_id: own } = subject;
  const earlier = (terms: readonly QueryTerm[]): Promise<readonly CallRow[]> =>
    take(store, 'calls', {
      filter: { untilMillis: Date.parse(subject.timestamp), query: { anyOf: [terms] } },
      limit: MAX_PREVIOUS,
      matches: (call) => call.row_id < own,
    });
  return {
    failures: tool === undefined ? [] : await earlier([is('success', false), is('tool', tool)]),
    calls: session === undefined || source === 'trace' ? [] : await earlier([is('session_id', session)]),
  };
}

function is(field: string, value: string | boolean): QueryTerm {
  return { kind: 'comparison', field, operator: '=', value };
}

interface Wanted<Row> {
  readonly filter: RowFilter;
  readonly limit: number;
  readonly matches: (row: Row) => boolean;
}

async function take<K extends RowKind>(store: CallStore, kind: K, wanted: Wanted<RowKinds[K]>): Promise<RowKinds[K][]> {
  const taken: RowKinds[K][] = [];
  for await (const row of store.scan(kind, wanted.filter)) {
    if (wanted.matches(row)) {
      taken.push(row);
    }
    if (taken.length >= wanted.limit) {
      break;
    }
  }
  return taken;
}

async function unknownRequest(store: CallStore, id: string): Promise<AdminRefusal> {
  const { calls, traces, kept_traces: kept, searches } = await store.usage();
  return unknownId(id, {
    names: 'row id, request id, trace id or search id',
    among: [
      `${counted(calls.rows, 'retained call', 'retained calls')}, ${counted(traces.rows + kept.rows, 'trace', 'traces')}`,
      counted(searches.rows, 'search', 'searches'),
    ].join(' and '),
    lists: ['calls', 'traces', 'searches'],
    rings: [calls, traces, kept, searches],
    advice: 'List the calls or traces and use an id from there.',
  });
}
