import type { RequestContext, SessionSource, TraceCarrier, Transport, TrustWord } from '@dcc-mcp/request-context';
import { present } from './present.ts';

/** What a caller says of itself, or the gateway found out; each at most 2,048 bytes, absent where nothing is known. */
export interface RowAttribution {
  readonly agent_id?: string;
  readonly agent_name?: string;
  readonly agent_kind?: string;
  readonly agent_version?: string;
  readonly agent_model?: string;
  readonly agent_model_provider?: string;
  readonly actor_id?: string;
  readonly actor_name?: string;
  readonly actor_email_hash?: string;
  readonly client_platform?: string;
  readonly client_os?: string;
  readonly client_host?: string;
  readonly auth_subject?: string;
  readonly source_ip?: string;
  /** Client first, at most 16. */
  readonly forwarded_for?: readonly string[];
}

/** One trust word for each field of {@link RowAttribution} that has a value. */
export type AttributionTrust = { readonly [F in keyof RowAttribution]?: TrustWord };

/** How an MCP request came in. */
export type McpTransport = 'http' | 'stdio';

/** The members that every row of a request has. All of them stand in the row itself, not in an object of their own. */
export interface RowIdentity extends RowAttribution {
  /** UUID version 7 of {@link newRowId}: unique, ordered by time, the key of pages of a list. */
  readonly row_id: string;
  /** When the row was made: RFC 3339 in UTC with milliseconds, as `Date.prototype.toISOString` gives it. */
  readonly timestamp: string;
  readonly request_id: string;
  /** The raw JSON-RPC id as text; it repeats among clients. */
  readonly jsonrpc_id?: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_span_id?: string;
  readonly parent_request_id?: string;
  readonly caller_trace_id?: string;
  readonly trace_sampled: boolean;
  readonly trace_carrier: TraceCarrier;
  /** Never a raw `Mcp-Session-Id`: for `protocol` the first 12 hex of its SHA-256. */
  readonly session_id?: string;
  readonly session_source?: SessionSource;
  readonly turn_id?: string;
  readonly transport: Transport;
  readonly mcp_transport?: McpTransport;
  readonly protocol_version?: string;
  readonly attribution_trust: AttributionTrust;
  /** `service.instance.id` of the gateway that made the row; present where several gateways tell of their rows. */
  readonly service_instance_id?: string;
}

/** What {@link toRowIdentity} can't read from the request. */
export interface RowFacts {
  readonly rowId: string;
  /** Milliseconds since the epoch. */
  readonly atMillis: number;
  readonly mcpTransport?: McpTransport | undefined;
  readonly protocolVersion?: string | undefined;
}

/** What a row needs of a request; its headers and body are not in it. */
export type RowContext = Pick<
  RequestContext,
  | 'agent'
  | 'callerTraceId'
  | 'carrier'
  | 'forwardedFor'
  | 'jsonrpcId'
  | 'parent'
  | 'parentRequestId'
  | 'requestId'
  | 'session'
  | 'sourceIp'
  | 'spanContext'
  | 'transport'
  | 'trust'
>;

const SAMPLED = 0x01;

/** The identity of a row about the request of `context`; members without a value are absent. */
export function toRowIdentity(context: RowContext, facts: RowFacts): RowIdentity {
  const { spanContext, session, agent } = context;
  return present({
    row_id: facts.rowId,
    timestamp: new Date(facts.atMillis).toISOString(),
    request_id: context.requestId,
    jsonrpc_id: context.jsonrpcId,
    trace_id: spanContext.traceId,
    span_id: spanContext.spanId,
    parent_span_id: context.parent?.spanId,
    parent_request_id: context.parentRequestId,
    caller_trace_id: context.callerTraceId,
    trace_sampled: (spanContext.traceFlags & SAMPLED) === SAMPLED,
    trace_carrier: context.carrier,
    session_id: session.id,
    session_source: session.source,
    turn_id: agent.turn_id,
    transport: context.transport,
    mcp_transport: facts.mcpTransport,
    protocol_version: facts.protocolVersion,
    ...attributionOf(context),
    attribution_trust: trustOf(context),
  });
}

type WithUndefined<T> = { readonly [K in keyof T]: T[K] | undefined };

function attributionOf({ agent, sourceIp, forwardedFor }: RowContext): WithUndefined<Required<RowAttribution>> {
  return {
    agent_id: agent.agent_id,
    agent_name: agent.agent_name,
    agent_kind: agent.agent_kind,
    agent_version: agent.agent_version,
    agent_model: agent.model,
    agent_model_provider: agent.model_provider,
    actor_id: agent.actor_id,
    actor_name: agent.actor_name,
    actor_email_hash: agent.actor_email_hash,
    client_platform: agent.client_platform,
    client_os: agent.client_os,
    client_host: agent.client_host,
    auth_subject: agent.auth_subject,
    source_ip: sourceIp,
    forwarded_for: forwardedFor,
  };
}

function trustOf({ trust }: RowContext): AttributionTrust {
  const { model, model_provider: provider, model_version: _, ...same } = trust;
  return {
    ...same,
    ...(model === undefined ? {} : { agent_model: model }),
    ...(provider === undefined ? {} : { agent_model_provider: provider }),
  };
}
