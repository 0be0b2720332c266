import { truncateUtf8 } from '@dcc-mcp/bounds';
import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { RowLinks } from '../rows/call-row.ts';
import { pick, present } from '../rows/present.ts';
import type { RowIdentity } from '../rows/row-identity.ts';
import { type DebugBundle, subjectRows } from './bundle.ts';
import { messageFor, type RootCause } from './root-cause.ts';

/** Name of the shape of {@link AgentPacket}. */
export const AGENT_PACKET_SCHEMA = 'dcc-mcp.agent-trace-packet.v1';
/** Most bytes of a packet as JSON. */
export const MAX_AGENT_PACKET_BYTES = 4096;

/** What an agent needs of one request to go on: no payload but the message of its failure, at most 4 KiB. */
export interface AgentPacket {
  readonly schema: typeof AGENT_PACKET_SCHEMA;
  readonly lookup_id: string;
  readonly trace_id: string;
  readonly request_id: string;
  /** As many as there is room for, the newest. */
  readonly request_ids: readonly string[];
  readonly status: 'ok' | 'err';
  readonly outcome: Outcome;
  readonly tool?: string;
  readonly dcc_type?: string;
  readonly transport: RowIdentity['transport'];
  /** Absent where its trace and its call are not retained any more. */
  readonly total_ms?: number;
  readonly span_count?: number;
  readonly root_cause?: RootCause;
  readonly tokens: { readonly input?: number; readonly output?: number };
  readonly hints: readonly string[];
  readonly links: RowLinks;
  /** Whether words of a tool or server are in it. */
  readonly privacy_note: string;
}

const MAX_REQUEST_IDS = 16;
const MAX_ID_BYTES = 128;
const NO_PAYLOAD_NOTE = 'No arguments, results or identities of people are in this packet.';
const MESSAGE_NOTE =
  'No arguments, results or identities of people are in this packet, but for what root_cause.message may say of them: it is the message that the caller got, which may be a tool’s own text. Read it before you hand it on.';

/** The packet of a bundle. */
export function agentPacket(source: DebugBundle): AgentPacket {
  const { call, trace } = subjectRows(source);
  const row = call ?? trace;
  return fit(
    present({
      schema: AGENT_PACKET_SCHEMA,
      lookup_id: short(source.lookup_id),
      trace_id: source.trace_id,
      request_id: short(source.request_id),
      request_ids: source.request_ids.slice(-MAX_REQUEST_IDS).map(short),
      status: row?.status ?? 'ok',
      outcome: row?.outcome ?? 'ok',
      tool: row?.tool === undefined ? undefined : short(row.tool),
      dcc_type: row?.dcc_type === undefined ? undefined : short(row.dcc_type),
      transport: source.client.transport,
      total_ms: trace?.total_ms ?? call?.duration_ms,
      span_count: trace?.span_count,
      root_cause: source.root_cause,
      tokens: present({ input: row?.input_tokens, output: row?.output_tokens }),
      hints: source.hints,
      links: source.links,
      privacy_note: noteOf(source.root_cause),
    }),
  );
}

/** A cause in words of our own says nothing of the request. */
function noteOf(cause: RootCause | undefined): string {
  return cause === undefined || cause.message === messageFor(cause.outcome) ? NO_PAYLOAD_NOTE : MESSAGE_NOTE;
}

/** A control character would take six bytes. */
function short(text: string): string {
  return truncateUtf8(text.replaceAll(/\p{Cc}/gu, ' '), MAX_ID_BYTES).text;
}

/** What is needed least goes first. */
function fit(packet: AgentPacket): AgentPacket {
  const smaller: readonly ((large: AgentPacket) => AgentPacket)[] = [
    (large) => ({ ...large, request_ids: large.request_ids.slice(-1) }),
    (large) => ({ ...large, links: pick(large.links, ['trace_api', 'debug_bundle']) }),
    (large) => ({ ...large, links: {} }),
    ({ root_cause: cause, ...large }) =>
      cause === undefined ? large : { ...large, root_cause: { ...cause, message: '' }, privacy_note: NO_PAYLOAD_NOTE },
    (large) => ({ ...large, request_ids: [] }),
  ];
  let fitted = packet;
  for (const step of smaller) {
    if (bytesOf(fitted) <= MAX_AGENT_PACKET_BYTES) {
      break;
    }
    fitted = step(fitted);
  }
  return fitted;
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
