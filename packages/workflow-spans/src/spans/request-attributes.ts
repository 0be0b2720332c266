import { SemanticConventions } from '@arizeai/openinference-semantic-conventions';
import { Memo } from '@dcc-mcp/bounds';
import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import type { AgentContext, RequestContext } from '@dcc-mcp/request-context';
import {
  ATTR_DCC_MCP_ACTOR_EMAIL_HASH,
  ATTR_DCC_MCP_ACTOR_ID,
  ATTR_DCC_MCP_ACTOR_NAME,
  ATTR_DCC_MCP_AGENT_ID,
  ATTR_DCC_MCP_AGENT_KIND,
  ATTR_DCC_MCP_AGENT_MODEL,
  ATTR_DCC_MCP_AGENT_MODEL_PROVIDER,
  ATTR_DCC_MCP_AGENT_MODEL_VERSION,
  ATTR_DCC_MCP_AGENT_NAME,
  ATTR_DCC_MCP_AGENT_REASONING_EFFORT,
  ATTR_DCC_MCP_AGENT_REPLY_CHARS,
  ATTR_DCC_MCP_AGENT_REPLY_HASH,
  ATTR_DCC_MCP_AGENT_REPLY_SUMMARY,
  ATTR_DCC_MCP_AGENT_TAGS,
  ATTR_DCC_MCP_AGENT_TASK,
  ATTR_DCC_MCP_AGENT_TURN_ID,
  ATTR_DCC_MCP_AGENT_USER_INPUT_CHARS,
  ATTR_DCC_MCP_AGENT_USER_INPUT_HASH,
  ATTR_DCC_MCP_AGENT_USER_INTENT_SUMMARY,
  ATTR_DCC_MCP_AGENT_VERSION,
  ATTR_DCC_MCP_AUTH_SUBJECT,
  ATTR_DCC_MCP_CALLER_TRACE_ID,
  ATTR_DCC_MCP_CLIENT_HOST,
  ATTR_DCC_MCP_CLIENT_OS,
  ATTR_DCC_MCP_CLIENT_PLATFORM,
  ATTR_DCC_MCP_FORWARDED_FOR,
  ATTR_DCC_MCP_PARENT_REQUEST_ID,
  ATTR_DCC_MCP_REQUEST_ID,
  ATTR_DCC_MCP_SESSION_ID,
  ATTR_DCC_MCP_SESSION_SOURCE,
  ATTR_DCC_MCP_SOURCE_IP,
  ATTR_DCC_MCP_TRACE_CARRIER,
  ATTR_DCC_MCP_TRACE_ID,
  ATTR_DCC_MCP_TRANSPORT,
  ATTR_JSONRPC_REQUEST_ID,
  ATTR_MCP_PROTOCOL_VERSION,
  ATTR_MCP_SESSION_ID,
} from '@dcc-mcp/semantic-conventions';
import type { Attributes, Span } from '@opentelemetry/api';
import { ATTR_NETWORK_TRANSPORT } from '@opentelemetry/semantic-conventions';
import { createDescriber, type SetAttribute, toSharedAttributes } from './shared-attributes.ts';
import { type PlainValue, setPresent } from './span-attributes.ts';
import type { MessageFacts } from './span-options.ts';

/** The agent fields that spans carry; `plan`, `observations`, `reasoning_summary` and `metadata` are never among them. */
const AGENT_ATTRIBUTES: { readonly [F in keyof AgentContext]?: readonly string[] } = {
  actor_id: [ATTR_DCC_MCP_ACTOR_ID, SemanticConventions.USER_ID],
  actor_name: [ATTR_DCC_MCP_ACTOR_NAME],
  actor_email_hash: [ATTR_DCC_MCP_ACTOR_EMAIL_HASH],
  agent_id: [ATTR_DCC_MCP_AGENT_ID],
  agent_name: [ATTR_DCC_MCP_AGENT_NAME],
  agent_kind: [ATTR_DCC_MCP_AGENT_KIND],
  agent_version: [ATTR_DCC_MCP_AGENT_VERSION],
  model: [ATTR_DCC_MCP_AGENT_MODEL],
  model_provider: [ATTR_DCC_MCP_AGENT_MODEL_PROVIDER],
  model_version: [ATTR_DCC_MCP_AGENT_MODEL_VERSION],
  reasoning_effort: [ATTR_DCC_MCP_AGENT_REASONING_EFFORT],
  turn_id: [ATTR_DCC_MCP_AGENT_TURN_ID],
  task: [ATTR_DCC_MCP_AGENT_TASK],
  tags: [ATTR_DCC_MCP_AGENT_TAGS, SemanticConventions.TAG_TAGS],
  client_platform: [ATTR_DCC_MCP_CLIENT_PLATFORM],
  client_os: [ATTR_DCC_MCP_CLIENT_OS],
  client_host: [ATTR_DCC_MCP_CLIENT_HOST],
  auth_subject: [ATTR_DCC_MCP_AUTH_SUBJECT],
  user_intent_summary: [ATTR_DCC_MCP_AGENT_USER_INTENT_SUMMARY],
  agent_reply_summary: [ATTR_DCC_MCP_AGENT_REPLY_SUMMARY],
  user_input_hash: [ATTR_DCC_MCP_AGENT_USER_INPUT_HASH],
  agent_reply_hash: [ATTR_DCC_MCP_AGENT_REPLY_HASH],
  user_input_chars: [ATTR_DCC_MCP_AGENT_USER_INPUT_CHARS],
  agent_reply_chars: [ATTR_DCC_MCP_AGENT_REPLY_CHARS],
};

/** Correlation, actor, agent, client, source and turn groups: who asks, in which trace and how. */
export function setRequestAttributes(span: Span, ctx: RequestContext, facts: MessageFacts): void {
  const { session } = ctx;
  const { networkTransport, protocolVersion: version } = facts;
  const isTrace = session.source === 'trace';
  const caller = {
    ctx,
    sessionId: isTrace ? undefined : session.id,
    sessionSource: session.source,
    networkTransport,
    protocolVersion: version === undefined ? undefined : sanitizeText(version, MAX_VERSION_BYTES),
  };
  span.setAttributes(toCallerAttributes(caller));
  setAgentAttributes(span, ctx.agent);
  span.setAttribute(ATTR_DCC_MCP_TRACE_ID, ctx.traceId);
  setPresent(span, ATTR_DCC_MCP_CALLER_TRACE_ID, ctx.callerTraceId);
  span.setAttribute(ATTR_DCC_MCP_REQUEST_ID, ctx.requestId);
  setPresent(span, ATTR_DCC_MCP_PARENT_REQUEST_ID, ctx.parentRequestId);
  setPresent(span, ATTR_JSONRPC_REQUEST_ID, ctx.jsonrpcId);
  if (isTrace) {
    span.setAttribute(ATTR_DCC_MCP_SESSION_ID, session.id);
    span.setAttribute(SemanticConventions.SESSION_ID, session.id);
  }
  const chain = ctx.forwardedFor;
  if (chain !== undefined) {
    setPresent(span, ATTR_DCC_MCP_FORWARDED_FOR, [...chain]);
  }
}

/** Who calls, as far as its next calls have the same. */
interface CallerFacts {
  readonly ctx: RequestContext;
  /** Absent where it is but the trace: no next call has it. */
  readonly sessionId: string | undefined;
  readonly sessionSource: RequestContext['session']['source'];
  readonly networkTransport: string | undefined;
  readonly protocolVersion: string | undefined;
}

/** Callers whose attributes are remembered. */
const MAX_CALLERS = 1_024;
const callers = new Memo<Attributes>(MAX_CALLERS);

function toCallerAttributes(caller: CallerFacts): Attributes {
  const { ctx, sessionId = '', sessionSource, networkTransport = '', protocolVersion = '' } = caller;
  const { transport, carrier, protocolSession = '', sourceIp = '' } = ctx;
  const ids = `${sessionSource}\n${sessionId}\n${protocolSession}\n${sourceIp}`;
  const key = `${transport}\n${carrier}\n${networkTransport}\n${protocolVersion}\n${ids}`;
  return callers.get(key) ?? callers.set(key, toSharedAttributes(describeCaller(caller)));
}

function describeCaller(caller: CallerFacts): (set: SetAttribute) => void {
  const { ctx, sessionId, sessionSource, networkTransport, protocolVersion } = caller;
  return (set) => {
    set(ATTR_DCC_MCP_TRANSPORT, ctx.transport);
    set(ATTR_DCC_MCP_TRACE_CARRIER, ctx.carrier);
    set(ATTR_DCC_MCP_SESSION_SOURCE, sessionSource);
    set(ATTR_DCC_MCP_SESSION_ID, sessionId);
    set(SemanticConventions.SESSION_ID, sessionId);
    set(ATTR_MCP_SESSION_ID, ctx.protocolSession);
    set(ATTR_DCC_MCP_SOURCE_IP, ctx.sourceIp);
    set(ATTR_NETWORK_TRANSPORT, networkTransport);
    set(ATTR_MCP_PROTOCOL_VERSION, protocolVersion);
  };
}

const MAX_VERSION_BYTES = 32;

const setAgentAttributes = createDescriber<AgentContext>((agent, set) => {
  let field: keyof AgentContext;
  for (field in agent) {
    const value = toPlainValue(agent[field]);
    for (const key of AGENT_ATTRIBUTES[field] ?? []) {
      set(key, value);
    }
  }
});

function toPlainValue(value: AgentContext[keyof AgentContext]): PlainValue | undefined {
  if (typeof value !== 'object') {
    return value;
  }
  return Array.isArray(value) ? [...value] : undefined;
}
