import { SemanticConventions } from '@arizeai/openinference-semantic-conventions';
import {
  ATTR_DCC_INSTANCE_ID,
  ATTR_DCC_JOB_ID,
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
  ATTR_DCC_MCP_BATCH_SIZE,
  ATTR_DCC_MCP_COERCED,
  ATTR_DCC_MCP_CALLER_TRACE_ID,
  ATTR_DCC_MCP_CLIENT_HOST,
  ATTR_DCC_MCP_CLIENT_OS,
  ATTR_DCC_MCP_CLIENT_PLATFORM,
  ATTR_DCC_MCP_DCC_TYPE,
  ATTR_DCC_MCP_ERROR_KIND,
  ATTR_DCC_MCP_FORWARDED_FOR,
  ATTR_DCC_MCP_INSTANCE_ID,
  ATTR_DCC_MCP_OUTCOME,
  ATTR_DCC_MCP_PARENT_REQUEST_ID,
  ATTR_DCC_MCP_POLICY_OUTCOME,
  ATTR_DCC_MCP_POLICY_REASON,
  ATTR_DCC_MCP_PROFILE,
  ATTR_DCC_MCP_QUEUE_WAIT_MS,
  ATTR_DCC_MCP_REQUEST_ID,
  ATTR_DCC_MCP_RETRY_ATTEMPT,
  ATTR_DCC_MCP_RETRY_DELAY_MS,
  ATTR_DCC_MCP_RETRY_REASON,
  ATTR_DCC_MCP_SEARCH_ID,
  ATTR_DCC_MCP_SEARCH_MATCH_REASONS,
  ATTR_DCC_MCP_SEARCH_RANKER_VERSION,
  ATTR_DCC_MCP_SEARCH_SCORE,
  ATTR_DCC_MCP_SEARCH_SELECTED_RANK,
  ATTR_DCC_MCP_SEARCH_TOTAL,
  ATTR_DCC_MCP_SEARCH_ZERO_RESULTS,
  ATTR_DCC_MCP_SESSION_ID,
  ATTR_DCC_MCP_SESSION_SOURCE,
  ATTR_DCC_MCP_SKILL_NAME,
  ATTR_DCC_MCP_SOURCE_IP,
  ATTR_DCC_MCP_SUCCESS,
  ATTR_DCC_MCP_TOOL_SLUG,
  ATTR_DCC_MCP_TRACE_CARRIER,
  ATTR_DCC_MCP_TRACE_ID,
  ATTR_DCC_MCP_VALIDATION,
  ATTR_DCC_MCP_VALIDATION_REASON,
  ATTR_DCC_MCP_TRANSPORT,
  ATTR_DCC_MCP_WORKFLOW_OPERATION,
  ATTR_DCC_SCENE,
  ATTR_DCC_TYPE,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROMPT_NAME,
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_JSONRPC_REQUEST_ID,
  ATTR_MCP_AFFINITY,
  ATTR_MCP_METHOD,
  ATTR_MCP_METHOD_NAME,
  ATTR_MCP_PROTOCOL_VERSION,
  ATTR_MCP_REQUEST_ID,
  ATTR_MCP_RESOURCE_URI,
  ATTR_MCP_SESSION_ID,
  ATTR_MCP_SESSION_ID_OF_HOP,
  ATTR_MCP_TOOL_SLUG,
  ATTR_RPC_RESPONSE_STATUS_CODE,
} from '@dcc-mcp/semantic-conventions';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_NETWORK_TRANSPORT,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
/**
 * Which spans carry an attribute: workflow operations, requests to upstreams, protocol messages and plain routes; or the
 * event `retry` of a request to an upstream.
 */
export type SpanRole = 'workflow' | 'hop' | 'protocol' | 'retry event';

/** Type of an attribute's value. */
export type AttributeType = 'string' | 'string[]' | 'int' | 'double' | 'bool';

/** One attribute as the reference describes it. */
export interface AttributeDescription {
  readonly key: string;
  readonly type: AttributeType;
  readonly group: string;
  readonly spans: readonly SpanRole[];
  readonly description: string;
}

type Row = readonly [key: string, type: AttributeType, spans: readonly SpanRole[], description: string];

const WORKFLOW = ['workflow'] as const;
const HOP = ['hop'] as const;
const PROTOCOL = ['protocol'] as const;
const RETRY = ['retry event'] as const;
const ENTRY = ['workflow', 'protocol'] as const;
const CALL = ['workflow', 'hop'] as const;
const ALL = ['workflow', 'hop', 'protocol'] as const;

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  request: [
    [
      SemanticConventions.OPENINFERENCE_SPAN_KIND,
      'string',
      WORKFLOW,
      'CHAIN for search, TOOL for the other operations; set at the start, so samplers see it',
    ],
    [ATTR_DCC_MCP_WORKFLOW_OPERATION, 'string', WORKFLOW, "Name of the operation, the same as the span's name"],
    [ATTR_DCC_MCP_TRANSPORT, 'string', ENTRY, '`rest` or `mcp`'],
    [ATTR_MCP_METHOD_NAME, 'string', ENTRY, 'MCP method of the message; over MCP only'],
    [ATTR_NETWORK_TRANSPORT, 'string', ALL, '`tcp` for HTTP, `pipe` for stdio'],
    [ATTR_MCP_PROTOCOL_VERSION, 'string', ALL, 'MCP revision spoken with the peer of this span'],
    [ATTR_HTTP_REQUEST_METHOD, 'string', PROTOCOL, 'Method of a plain HTTP route'],
    [ATTR_HTTP_ROUTE, 'string', PROTOCOL, 'Template of a plain HTTP route'],
    [ATTR_HTTP_RESPONSE_STATUS_CODE, 'int', PROTOCOL, 'Status of a plain HTTP route'],
  ],
  correlation: [
    [ATTR_DCC_MCP_TRACE_ID, 'string', ENTRY, 'Trace id of this span'],
    [
      ATTR_DCC_MCP_CALLER_TRACE_ID,
      'string',
      ENTRY,
      "The caller's trace id, when it is another one (parent policy `local`)",
    ],
    [
      ATTR_DCC_MCP_TRACE_CARRIER,
      'string',
      ENTRY,
      "Which carrier brought the caller's context: `meta`, `header` or `none`",
    ],
    [ATTR_DCC_MCP_REQUEST_ID, 'string', ENTRY, 'Id of the request'],
    [ATTR_DCC_MCP_PARENT_REQUEST_ID, 'string', ENTRY, 'The batch, turn or job this request belongs to'],
    [ATTR_JSONRPC_REQUEST_ID, 'string', ALL, 'JSON-RPC id of the message, as its sender wrote it'],
    [ATTR_DCC_MCP_SESSION_ID, 'string', ENTRY, 'The conversation; a hash for protocol sessions'],
    [
      ATTR_DCC_MCP_SESSION_SOURCE,
      'string',
      ENTRY,
      'What named the conversation: `protocol`, `header`, `agent`, `baggage` or `trace`',
    ],
    [SemanticConventions.SESSION_ID, 'string', ENTRY, 'The same as dcc_mcp.session_id, for OpenInference'],
    [ATTR_MCP_SESSION_ID, 'string', ENTRY, 'Hash of the protocol session; absent where the protocol has none'],
  ],
  actor: [
    [ATTR_DCC_MCP_ACTOR_ID, 'string', ENTRY, 'Pseudonymous id of the person or service'],
    [SemanticConventions.USER_ID, 'string', ENTRY, 'The same as dcc_mcp.actor.id, for OpenInference'],
    [ATTR_DCC_MCP_ACTOR_NAME, 'string', ENTRY, 'Display name'],
    [ATTR_DCC_MCP_ACTOR_EMAIL_HASH, 'string', ENTRY, 'Hash of the e-mail address; a raw address is refused'],
  ],
  agent: [
    [ATTR_DCC_MCP_AGENT_ID, 'string', ENTRY, 'Id of the agent'],
    [ATTR_DCC_MCP_AGENT_NAME, 'string', ENTRY, 'Name of the agent'],
    [ATTR_DCC_MCP_AGENT_KIND, 'string', ENTRY, 'Kind of the agent'],
    [ATTR_DCC_MCP_AGENT_VERSION, 'string', ENTRY, 'Version of the agent'],
    [ATTR_DCC_MCP_AGENT_MODEL, 'string', ENTRY, 'Model'],
    [ATTR_DCC_MCP_AGENT_MODEL_PROVIDER, 'string', ENTRY, 'Provider of the model'],
    [ATTR_DCC_MCP_AGENT_MODEL_VERSION, 'string', ENTRY, 'Version of the model'],
    [ATTR_DCC_MCP_AGENT_REASONING_EFFORT, 'string', ENTRY, 'Reasoning effort'],
    [ATTR_DCC_MCP_AGENT_TURN_ID, 'string', ENTRY, 'Turn of the conversation'],
    [ATTR_DCC_MCP_AGENT_TASK, 'string', ENTRY, "Task in the agent's words"],
    [ATTR_DCC_MCP_AGENT_TAGS, 'string[]', ENTRY, 'At most 16'],
    [SemanticConventions.TAG_TAGS, 'string[]', ENTRY, 'The same as dcc_mcp.agent.tags, for OpenInference'],
  ],
  client: [
    [ATTR_DCC_MCP_CLIENT_PLATFORM, 'string', ENTRY, 'Program the agent runs in'],
    [ATTR_DCC_MCP_CLIENT_OS, 'string', ENTRY, 'Its operating system'],
    [ATTR_DCC_MCP_CLIENT_HOST, 'string', ENTRY, 'Its host'],
    [
      ATTR_DCC_MCP_AUTH_SUBJECT,
      'string',
      ENTRY,
      'Subject of the credential; `sha256:` and its hash where it holds an e-mail address',
    ],
  ],
  source: [
    [ATTR_DCC_MCP_SOURCE_IP, 'string', ENTRY, 'Address of the client, derived by the server'],
    [ATTR_DCC_MCP_FORWARDED_FOR, 'string[]', ENTRY, 'Forwarded chain behind a trusted proxy, at most 16'],
  ],
  turn: [
    [ATTR_DCC_MCP_AGENT_USER_INTENT_SUMMARY, 'string', ENTRY, 'What the user wants, summarized by the agent'],
    [ATTR_DCC_MCP_AGENT_REPLY_SUMMARY, 'string', ENTRY, 'What the agent replied, summarized by it'],
    [ATTR_DCC_MCP_AGENT_USER_INPUT_HASH, 'string', ENTRY, "Hash of the user's input"],
    [ATTR_DCC_MCP_AGENT_REPLY_HASH, 'string', ENTRY, 'Hash of the reply'],
    [ATTR_DCC_MCP_AGENT_USER_INPUT_CHARS, 'int', ENTRY, "Length of the user's input"],
    [ATTR_DCC_MCP_AGENT_REPLY_CHARS, 'int', ENTRY, 'Length of the reply'],
  ],
  route: [
    [ATTR_DCC_MCP_DCC_TYPE, 'string', WORKFLOW, 'Type of the application behind the tool'],
    [ATTR_DCC_MCP_INSTANCE_ID, 'string', WORKFLOW, 'Instance the call goes to'],
    [ATTR_DCC_MCP_SKILL_NAME, 'string', WORKFLOW, 'Skill (group of tools)'],
    [ATTR_DCC_MCP_TOOL_SLUG, 'string', WORKFLOW, '`<dcc>.<id8>.<backend_tool>`'],
    [ATTR_GEN_AI_OPERATION_NAME, 'string', CALL, '`execute_tool`'],
    [
      ATTR_GEN_AI_TOOL_NAME,
      'string',
      CALL,
      "Tool at its server; for operations other than call the operation's own name",
    ],
    [ATTR_GEN_AI_PROMPT_NAME, 'string', HOP, 'Prompt of prompts/get'],
    [SemanticConventions.TOOL_NAME, 'string', WORKFLOW, 'The same as gen_ai.tool.name, for OpenInference TOOL spans'],
  ],
  search: [
    [ATTR_DCC_MCP_SEARCH_ID, 'string', WORKFLOW, 'The search, or the search this call follows'],
    [ATTR_DCC_MCP_SEARCH_RANKER_VERSION, 'string', WORKFLOW, 'Version of the ranker'],
    [ATTR_DCC_MCP_SEARCH_TOTAL, 'int', WORKFLOW, 'Number of matches'],
    [ATTR_DCC_MCP_SEARCH_ZERO_RESULTS, 'bool', WORKFLOW, 'Whether a search found nothing'],
    [ATTR_DCC_MCP_SEARCH_SELECTED_RANK, 'int', WORKFLOW, 'Rank of the hit that is followed, from 1'],
    [ATTR_DCC_MCP_SEARCH_SCORE, 'double', WORKFLOW, 'Its score'],
    [ATTR_DCC_MCP_SEARCH_MATCH_REASONS, 'string[]', WORKFLOW, 'Why it matched, at most five'],
  ],
  policy: [
    [
      ATTR_DCC_MCP_POLICY_OUTCOME,
      'string',
      WORKFLOW,
      '`allowed`, `denied` or `throttled`, whenever policy was evaluated',
    ],
    [ATTR_DCC_MCP_POLICY_REASON, 'string', WORKFLOW, 'Why'],
  ],
  outcome: [
    [ATTR_DCC_MCP_OUTCOME, 'string', WORKFLOW, 'Outcome word of the call'],
    [ATTR_DCC_MCP_SUCCESS, 'bool', WORKFLOW, 'Whether it succeeded; of a batch, whether all items ran and were ok'],
    [ATTR_DCC_MCP_ERROR_KIND, 'string', WORKFLOW, 'Error kind of the answer'],
    [ATTR_ERROR_TYPE, 'string', ALL, 'The outcome word, on failure'],
    [ATTR_RPC_RESPONSE_STATUS_CODE, 'string', ALL, 'JSON-RPC error code of the answer'],
    [ATTR_DCC_MCP_BATCH_SIZE, 'int', WORKFLOW, 'Number of items of a batch'],
    [ATTR_DCC_MCP_QUEUE_WAIT_MS, 'double', WORKFLOW, "Time in the upstream's queue"],
    [
      ATTR_DCC_MCP_VALIDATION,
      'string',
      WORKFLOW,
      "`skipped` where the arguments were not checked by the tool's schema, or not all of them",
    ],
    [ATTR_DCC_MCP_VALIDATION_REASON, 'string', WORKFLOW, 'Why'],
    [ATTR_DCC_MCP_COERCED, 'string[]', WORKFLOW, 'JSON Pointers of arguments whose type was mended, at most 16'],
  ],
  content: [
    [
      SemanticConventions.INPUT_VALUE,
      'string',
      WORKFLOW,
      'Summary of the arguments (names, bytes, SHA-256); the redacted content only where captured',
    ],
    [SemanticConventions.INPUT_MIME_TYPE, 'string', WORKFLOW, 'Media type of input.value'],
    [
      SemanticConventions.OUTPUT_VALUE,
      'string',
      WORKFLOW,
      'Summary of the result; the redacted content only where captured',
    ],
    [SemanticConventions.OUTPUT_MIME_TYPE, 'string', WORKFLOW, 'Media type of output.value'],
    [SemanticConventions.METADATA, 'string', WORKFLOW, 'JSON text with the ids that find the call elsewhere'],
    [ATTR_DCC_MCP_PROFILE, 'string', ENTRY, 'Profile that the application gives to `createWorkflowSpans`'],
  ],
  hop: [
    [ATTR_DCC_TYPE, 'string', HOP, 'Type of the application behind the tool'],
    [ATTR_DCC_INSTANCE_ID, 'string', HOP, 'Instance'],
    [ATTR_DCC_SCENE, 'string', HOP, 'Scene that is open, when known'],
    [ATTR_DCC_JOB_ID, 'string', CALL, 'Job the call runs as'],
    [
      ATTR_MCP_METHOD,
      'string',
      HOP,
      'MCP method sent; this span has no mcp.method.name, because a key is never leaf and prefix',
    ],
    [ATTR_MCP_RESOURCE_URI, 'string', HOP, 'URI of the resource, without its query'],
    [ATTR_MCP_TOOL_SLUG, 'string', HOP, '`<dcc>__<tool>`'],
    [ATTR_MCP_AFFINITY, 'string', HOP, 'Thread the tool needs: `main` or `any`'],
    [ATTR_MCP_SESSION_ID_OF_HOP, 'string', HOP, "Hash of the caller's protocol session"],
    [ATTR_MCP_REQUEST_ID, 'string', HOP, 'Id of the request'],
    [ATTR_SERVER_ADDRESS, 'string', HOP, 'Host of the upstream'],
    [ATTR_SERVER_PORT, 'int', HOP, 'Port of the upstream'],
  ],
  retry: [
    [ATTR_DCC_MCP_RETRY_ATTEMPT, 'int', RETRY, 'Number of the retry, from 1'],
    [ATTR_DCC_MCP_RETRY_REASON, 'string', RETRY, 'Outcome word of the try that failed'],
    [ATTR_DCC_MCP_RETRY_DELAY_MS, 'double', RETRY, 'Wait before it'],
  ],
};

/** Every attribute that spans of this package carry. The reference page and the tests are made from it. */
export const ATTRIBUTE_CATALOG: readonly AttributeDescription[] = Object.entries(GROUPS).flatMap(([group, rows]) =>
  rows.map(([key, type, spans, description]) => ({ key, type, group, spans, description })),
);
