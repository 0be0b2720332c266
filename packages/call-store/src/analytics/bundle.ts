import type { CallPolicy, CallRow, RowLinks } from '../rows/call-row.ts';
import type { ContentionEvent } from '../rows/event-rows.ts';
import { pick, present } from '../rows/present.ts';
import type { RowAttribution, RowIdentity } from '../rows/row-identity.ts';
import type { SearchRow } from '../rows/search-row.ts';
import type { Trace } from '../rows/trace-row.ts';
import { ownCalls } from './own-calls.ts';
import { hintsFor, type RootCause, rootCause } from './root-cause.ts';

/** Name of the shape of {@link DebugBundle}. */
export const BUNDLE_SCHEMA = 'dcc-mcp.debug-bundle.v1';

/** What is known of one request. Rows of its trace come newest first. */
export interface BundleRows {
  /** What was asked for: a row id, request id or trace id. */
  readonly lookupId: string;
  readonly calls: readonly CallRow[];
  readonly traces: readonly Trace[];
  readonly searches: readonly SearchRow[];
  /** What its instance wrote around that time, oldest first. */
  readonly events: readonly object[];
  readonly contention: readonly ContentionEvent[];
  /** The card of its instance as it is now. */
  readonly instance?: object | undefined;
  readonly previousFailures: readonly CallRow[];
  readonly previousCalls: readonly CallRow[];
  /** What is known to be left out of the lists, one sentence each. */
  readonly omitted?: readonly string[];
  readonly links: RowLinks;
}

/** All that is retained about one request. */
export interface DebugBundle {
  readonly schema: typeof BUNDLE_SCHEMA;
  readonly lookup_id: string;
  readonly request_id: string;
  readonly trace_id: string;
  readonly request_ids: readonly string[];
  /** Absent where it went well. */
  readonly root_cause?: RootCause;
  readonly calls: readonly CallRow[];
  readonly traces: readonly Trace[];
  readonly searches: readonly SearchRow[];
  readonly events: readonly object[];
  readonly contention: readonly ContentionEvent[];
  readonly instance?: object;
  readonly previous_failures: readonly CallRow[];
  readonly previous_calls: readonly CallRow[];
  /** Absent where policy was not asked. */
  readonly policy?: CallPolicy;
  readonly client: RowAttribution & Pick<RowIdentity, 'protocol_version' | 'transport' | 'mcp_transport'>;
  readonly hints: readonly string[];
  /** What is not in it, one sentence each. */
  readonly omitted: readonly string[];
  readonly links: RowLinks;
}

type Subject = CallRow | Trace | SearchRow;
type FoundRows = Pick<BundleRows, 'lookupId' | 'calls' | 'traces' | 'searches'>;

/**
 * The request that a bundle is about: its call, else its trace, else its search; the one that was asked for by id first.
 * Where several requests have that id it is the newest of them.
 */
export function subjectOf({ lookupId, calls, traces, searches }: FoundRows): Subject | undefined {
  const rows: readonly Subject[] = [...calls, ...traces, ...searches];
  const own = rows.find(({ row_id: id }) => id === lookupId);
  return own ?? newestOf(rows.filter(isNamed(lookupId))) ?? rows.find(isFailed) ?? rows[0];
}

function isNamed(id: string): (row: Subject) => boolean {
  return (row) => row.request_id === id || ('search_id' in row && row.search_id === id);
}

/** Rows of one request have one row id: the first of them stays. */
function newestOf(rows: readonly Subject[]): Subject | undefined {
  return rows.reduce<Subject | undefined>(
    (newest, row) => (newest === undefined || row.row_id > newest.row_id ? row : newest),
    undefined,
  );
}

/** What {@link subjectRows} finds. */
interface SubjectRows {
  readonly id: string | undefined;
  /** Absent where the request is none, or its row is not retained any more. */
  readonly call: CallRow | undefined;
  readonly trace: Trace | undefined;
}

/** The rows of the request that a bundle is about; a request id may be that of several requests. */
export function subjectRows({ lookup_id: lookupId, calls, traces, searches }: DebugBundle): SubjectRows {
  const id = subjectOf({ lookupId, calls, traces, searches })?.row_id;
  const isSubject = (row: RowIdentity): boolean => row.row_id === id;
  return { id, call: calls.find(isSubject), trace: traces.find(isSubject) };
}

function isFailed(row: Subject): boolean {
  return 'success' in row && !row.success;
}

/**
 * Everything about one request in one object.
 *
 * @throws {RangeError} When no row is given.
 */
export function bundle(rows: BundleRows, { compact = false }: { readonly compact?: boolean } = {}): DebugBundle {
  const subject = subjectOf(rows);
  if (subject === undefined) {
    throw new RangeError(`no row of ${rows.lookupId}`);
  }
  const { lookupId, calls, traces, searches, links } = rows;
  const all = [...calls, ...traces, ...searches].toSorted((a, b) => (a.row_id < b.row_id ? -1 : 1));
  return present({
    schema: BUNDLE_SCHEMA,
    lookup_id: lookupId,
    request_id: subject.request_id,
    trace_id: subject.trace_id,
    request_ids: [...new Set(all.map(({ request_id: id }) => id))],
    root_cause: causeOf(rows, subject),
    calls,
    traces: compact ? traces.map(withoutPayloads) : traces,
    searches,
    events: rows.events,
    contention: rows.contention,
    instance: rows.instance,
    previous_failures: rows.previousFailures,
    previous_calls: rows.previousCalls,
    policy: calls.find(({ row_id: id }) => id === subject.row_id)?.policy,
    client: clientOf(subject),
    hints: 'outcome' in subject ? hintsFor(subject.outcome) : [],
    omitted: omittedOf(rows, compact),
    links,
  });
}

/** That of a batch is that of its first item which ended as the batch did. */
function causeOf({ calls }: BundleRows, subject: Subject): RootCause | undefined {
  if (!('outcome' in subject)) {
    return undefined;
  }
  const { outcome } = subject;
  const error = ownCalls(subject, calls).find((call) => call.outcome === outcome)?.error;
  return rootCause({ outcome, ...(error === undefined ? {} : { error }) });
}

function withoutPayloads({ input: _input, output: _output, agent_context: _agent, ...trace }: Trace): Trace {
  return trace;
}

const CLIENT = [
  'agent_id',
  'agent_name',
  'agent_kind',
  'agent_version',
  'agent_model',
  'agent_model_provider',
  'actor_id',
  'actor_name',
  'actor_email_hash',
  'client_platform',
  'client_os',
  'client_host',
  'auth_subject',
  'source_ip',
  'forwarded_for',
  'protocol_version',
  'transport',
  'mcp_transport',
] as const;

function clientOf(row: RowIdentity): DebugBundle['client'] {
  return pick(row, CLIENT);
}

function omittedOf({ calls, traces, instance, omitted = [] }: BundleRows, compact: boolean): readonly string[] {
  const cut = traces.some(({ input, output }) => input?.truncated === true || output?.truncated === true);
  return [
    ...omitted,
    ...(compact ? ['payloads: left out with compact=true'] : []),
    ...(!compact && cut ? ['payloads: cut to 16 KiB of an input and 64 KiB of an output'] : []),
    ...(traces.length === 0 ? ['traces: none of this request is retained any more'] : []),
    ...(calls.length === 0 ? ['calls: none belongs to this request, or none is retained any more'] : []),
    ...(instance === undefined ? ['instance: none of this request is there now'] : ['instance: its card is of now']),
  ];
}
