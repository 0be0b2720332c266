import { SemanticConventions } from '@arizeai/openinference-semantic-conventions';
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
  ATTR_MCP_SESSION_ID,
} from '@dcc-mcp/semantic-conventions';
import type { Span } from '@opentelemetry/api';

/** Value of an attribute of ours. */
export type PlainValue = string | number | boolean | string[];

/** Sets an attribute that has a value; an absent or empty one stays absent. */
export function setPresent(span: Span, key: string, value: PlainValue | undefined): void {
  if (value === undefined || value === '') {
    return;
  }
  if (Array.isArray(value) && value.length === 0) {
    return;
  }
  span.setAttribute(key, value);
}

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

/** Correlation, actor, agent, client, source and turn groups: who asks, in which trace. */
export function setRequestAttributes(span: Span, ctx: RequestContext): void {
  const { session, agent } = ctx;
  span.setAttribute(ATTR_DCC_MCP_TRANSPORT, ctx.transport);
  span.setAttribute(ATTR_DCC_MCP_TRACE_ID, ctx.traceId);
  setPresent(span, ATTR_DCC_MCP_CALLER_TRACE_ID, ctx.callerTraceId);
  span.setAttribute(ATTR_DCC_MCP_TRACE_CARRIER, ctx.carrier);
  span.setAttribute(ATTR_DCC_MCP_REQUEST_ID, ctx.requestId);
  setPresent(span, ATTR_DCC_MCP_PARENT_REQUEST_ID, ctx.parentRequestId);
  setPresent(span, ATTR_JSONRPC_REQUEST_ID, ctx.jsonrpcId);
  span.setAttribute(ATTR_DCC_MCP_SESSION_ID, session.id);
  span.setAttribute(ATTR_DCC_MCP_SESSION_SOURCE, session.source);
  span.setAttribute(SemanticConventions.SESSION_ID, session.id);
  setPresent(span, ATTR_MCP_SESSION_ID, ctx.protocolSession);
  setAgentAttributes(span, agent);
  setPresent(span, ATTR_DCC_MCP_SOURCE_IP, ctx.sourceIp);
  const chain = ctx.forwardedFor;
  if (chain !== undefined) {
    setPresent(span, ATTR_DCC_MCP_FORWARDED_FOR, [...chain]);
  }
}

function setAgentAttributes(span: Span, agent: AgentContext): void {
  let field: keyof AgentContext;
  for (field in agent) {
    const keys = AGENT_ATTRIBUTES[field];
    if (keys === undefined) {
      continue;
    }
    const value = agent[field];
    for (const key of keys) {
      setPresent(span, key, toPlainValue(value));
    }
  }
}

function toPlainValue(value: AgentContext[keyof AgentContext]): PlainValue | undefined {
  if (typeof value !== 'object') {
    return value;
  }
  return Array.isArray(value) ? [...value] : undefined;
}
