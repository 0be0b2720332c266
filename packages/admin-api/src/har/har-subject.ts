import type { CallRow, Trace, TracePayload } from '@dcc-mcp/call-store';
import { requestLinks, type LinkPlaces } from '../request/links.ts';
import type { WireExchange } from './wire-exchange.ts';

/** One request of a client, wherever it is known from. */
export interface HarSubject {
  /** RFC 3339. */
  readonly startedAt: string;
  readonly millis: number;
  readonly queueMillis?: number | undefined;
  readonly sessionId?: string | undefined;
  readonly transport: 'rest' | 'http' | 'stdio';
  /** `call`, or the method of a message that no row is of. */
  readonly operation?: string | undefined;
  readonly tool?: string | undefined;
  readonly outcome?: string | undefined;
  /** What was said to be wrong. */
  readonly failure?: string | undefined;
  readonly input?: TracePayload | undefined;
  readonly output?: TracePayload | undefined;
  /** Bytes of the result, kept or not. */
  readonly outputBytes?: number | undefined;
  /** What was captured of the messages themselves. */
  readonly wire?: WireExchange | undefined;
  /** Where it is an item, the batch it was sent in. */
  readonly batch?: string | undefined;
  /** What else is known, by the names of rows. */
  readonly own: Readonly<Record<string, unknown>>;
}

/** What is kept of one request; a trace may be let go before its call. */
export interface KeptRequest {
  readonly call: CallRow | undefined;
  readonly trace: Trace | undefined;
  readonly wire: WireExchange | undefined;
}

const OWN = [
  'row_id',
  'request_id',
  'jsonrpc_id',
  'trace_id',
  'span_id',
  'parent_request_id',
  'session_id',
  'session_source',
  'turn_id',
  'protocol_version',
  'agent_id',
  'agent_name',
  'operation',
  'tool',
  'dcc_type',
  'instance_id',
  'skill_name',
  'outcome',
  'input_bytes',
  'output_bytes',
] as const;
const OF_CALL = ['error', 'queue_ms', 'gateway_ms', 'upstream_ms', 'retries', 'batch_index', 'job_id'] as const;

/** @returns `undefined` where neither call nor trace is kept (any more). */
export function subjectOfRows({ call, trace, wire }: KeptRequest, places: LinkPlaces): HarSubject | undefined {
  const row = trace ?? call;
  if (row === undefined) {
    return undefined;
  }
  const isItem = call?.batch_index !== undefined;
  return {
    startedAt: trace?.started_at ?? startOf(row.timestamp, call?.duration_ms ?? 0),
    millis: trace?.total_ms ?? call?.duration_ms ?? 0,
    queueMillis: call?.queue_ms,
    sessionId: sessionOf(row),
    transport: row.transport === 'rest' ? 'rest' : (row.mcp_transport ?? 'http'),
    operation: isItem ? 'call_batch' : row.operation,
    tool: row.tool,
    outcome: row.outcome,
    failure: call?.error && `${call.error.kind}: ${call.error.message}`,
    input: trace?.input,
    output: trace?.output,
    outputBytes: row.output_bytes,
    wire,
    batch: isItem ? row.parent_request_id : undefined,
    own: { ...picked(row, OWN), ...picked(call ?? {}, OF_CALL), links: linksOf(row.row_id, places) },
  };
}

/** A message that no row is of: a list of tools, the start of a session, what was refused before it was one. */
export function subjectOfWire(wire: WireExchange): HarSubject {
  const { asked, answers } = wire;
  const end = answers.at(-1)?.timestamp ?? asked.timestamp;
  return {
    startedAt: asked.timestamp,
    millis: Math.max(0, Date.parse(end) - Date.parse(asked.timestamp)),
    sessionId: sessionOfWire(wire),
    transport: asked.http?.route.startsWith('/v1/') === true ? 'rest' : asked.transport,
    operation: asked.method,
    tool: asked.tool,
    wire,
    own: picked({ ...answers.at(-1), ...asked }, ['request_id', 'jsonrpc_id', 'trace_id', 'session_id']),
  };
}

/** Where it belongs to a session, its id: a trace that stands in for one is none. */
export function sessionOf(row: { readonly session_id?: string; readonly session_source?: string }): string | undefined {
  return row.session_source === 'trace' ? undefined : row.session_id;
}

/** The session of a captured request: of the one that starts it, the answer says which it is. */
export function sessionOfWire({ asked, answers }: WireExchange): string | undefined {
  return [asked, ...answers].map(sessionOf).find((id) => id !== undefined);
}

/** When a call that ended then began. */
export function startOf(timestamp: string, millis: number): string {
  return new Date(Date.parse(timestamp) - millis).toISOString();
}

function linksOf(rowId: string, places: LinkPlaces): Readonly<Record<string, string>> {
  const { trace_page: page, trace_api: api } = requestLinks(places, rowId);
  return { ...(page === undefined ? {} : { trace_page: page }), ...(api === undefined ? {} : { trace_api: api }) };
}

function picked(row: object, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([name, value]) => names.includes(name) && value !== undefined));
}
