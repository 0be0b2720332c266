/** Which spans carry an attribute: workflow operations, requests to upstreams, protocol messages and plain routes. */
export type SpanRole = 'workflow' | 'hop' | 'protocol';

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
const ENTRY = ['workflow', 'protocol'] as const;
const CALL = ['workflow', 'hop'] as const;
const ALL = ['workflow', 'hop', 'protocol'] as const;

const GROUPS: Readonly<Record<string, readonly Row[]>> = {
  request: [
    [
      'openinference.span.kind',
      'string',
      WORKFLOW,
      'CHAIN for search, TOOL for the other operations; set at the start, so samplers see it',
    ],
    ['dcc_mcp.workflow.operation', 'string', WORKFLOW, "Name of the operation, the same as the span's name"],
    ['dcc_mcp.transport', 'string', ENTRY, '`rest` or `mcp`'],
    ['mcp.method.name', 'string', ENTRY, 'MCP method of the message; over MCP only'],
    ['network.transport', 'string', ALL, '`tcp` for HTTP, `pipe` for stdio'],
    ['mcp.protocol.version', 'string', ALL, 'MCP revision spoken with the peer of this span'],
    ['http.request.method', 'string', PROTOCOL, 'Method of a plain HTTP route'],
    ['http.route', 'string', PROTOCOL, 'Template of a plain HTTP route'],
    ['http.response.status_code', 'int', PROTOCOL, 'Status of a plain HTTP route'],
  ],
  correlation: [
    ['dcc_mcp.trace_id', 'string', ENTRY, 'Trace id of this span'],
    [
      'dcc_mcp.caller_trace_id',
      'string',
      ENTRY,
      "The caller's trace id, when it is another one (parent policy `local`)",
    ],
    [
      'dcc_mcp.trace.carrier',
      'string',
      ENTRY,
      "Which carrier brought the caller's context: `meta`, `header` or `none`",
    ],
    ['dcc_mcp.request_id', 'string', ENTRY, 'Id of the request'],
    ['dcc_mcp.parent_request_id', 'string', ENTRY, 'The batch, turn or job this request belongs to'],
    ['jsonrpc.request.id', 'string', ALL, 'JSON-RPC id of the message, as its sender wrote it'],
    ['dcc_mcp.session_id', 'string', ENTRY, 'The conversation; a hash for protocol sessions'],
    [
      'dcc_mcp.session.source',
      'string',
      ENTRY,
      'What named the conversation: `protocol`, `header`, `agent`, `baggage` or `trace`',
    ],
    ['session.id', 'string', ENTRY, 'The same as dcc_mcp.session_id, for OpenInference'],
    ['mcp.session.id', 'string', ENTRY, 'Hash of the protocol session; absent where the protocol has none'],
  ],
  actor: [
    ['dcc_mcp.actor.id', 'string', ENTRY, 'Pseudonymous id of the person or service'],
    ['user.id', 'string', ENTRY, 'The same as dcc_mcp.actor.id, for OpenInference'],
    ['dcc_mcp.actor.name', 'string', ENTRY, 'Display name'],
    ['dcc_mcp.actor.email_hash', 'string', ENTRY, 'Hash of the e-mail address; a raw address is refused'],
  ],
  agent: [
    ['dcc_mcp.agent.id', 'string', ENTRY, 'Id of the agent'],
    ['dcc_mcp.agent.name', 'string', ENTRY, 'Name of the agent'],
    ['dcc_mcp.agent.kind', 'string', ENTRY, 'Kind of the agent'],
    ['dcc_mcp.agent.version', 'string', ENTRY, 'Version of the agent'],
    ['dcc_mcp.agent.model', 'string', ENTRY, 'Model'],
    ['dcc_mcp.agent.model_provider', 'string', ENTRY, 'Provider of the model'],
    ['dcc_mcp.agent.model_version', 'string', ENTRY, 'Version of the model'],
    ['dcc_mcp.agent.reasoning_effort', 'string', ENTRY, 'Reasoning effort'],
    ['dcc_mcp.agent.turn_id', 'string', ENTRY, 'Turn of the conversation'],
    ['dcc_mcp.agent.task', 'string', ENTRY, "Task in the agent's words"],
    ['dcc_mcp.agent.tags', 'string[]', ENTRY, 'At most 16'],
    ['tag.tags', 'string[]', ENTRY, 'The same as dcc_mcp.agent.tags, for OpenInference'],
  ],
  client: [
    ['dcc_mcp.client.platform', 'string', ENTRY, 'Program the agent runs in'],
    ['dcc_mcp.client.os', 'string', ENTRY, 'Its operating system'],
    ['dcc_mcp.client.host', 'string', ENTRY, 'Its host'],
    ['dcc_mcp.auth.subject', 'string', ENTRY, 'Subject of the credential'],
  ],
  source: [
    ['dcc_mcp.source.ip', 'string', ENTRY, 'Address of the client, derived by the server'],
    ['dcc_mcp.forwarded_for', 'string[]', ENTRY, 'Forwarded chain behind a trusted proxy, at most 16'],
  ],
  turn: [
    ['dcc_mcp.agent.user_intent_summary', 'string', ENTRY, 'What the user wants, summarized by the agent'],
    ['dcc_mcp.agent.reply_summary', 'string', ENTRY, 'What the agent replied, summarized by it'],
    ['dcc_mcp.agent.user_input_hash', 'string', ENTRY, "Hash of the user's input"],
    ['dcc_mcp.agent.reply_hash', 'string', ENTRY, 'Hash of the reply'],
    ['dcc_mcp.agent.user_input_chars', 'int', ENTRY, "Length of the user's input"],
    ['dcc_mcp.agent.reply_chars', 'int', ENTRY, 'Length of the reply'],
  ],
  route: [
    ['dcc_mcp.dcc.type', 'string', WORKFLOW, 'Type of the application behind the tool'],
    ['dcc_mcp.instance.id', 'string', WORKFLOW, 'Instance the call goes to'],
    ['dcc_mcp.skill.name', 'string', WORKFLOW, 'Skill (group of tools)'],
    ['dcc_mcp.tool.slug', 'string', WORKFLOW, '`<dcc>.<id8>.<backend_tool>`'],
    ['gen_ai.operation.name', 'string', CALL, '`execute_tool`'],
    ['gen_ai.tool.name', 'string', CALL, "Tool at its server; for operations other than call the operation's own name"],
    ['gen_ai.prompt.name', 'string', HOP, 'Prompt of prompts/get'],
    ['tool.name', 'string', WORKFLOW, 'The same as gen_ai.tool.name, for OpenInference TOOL spans'],
  ],
  search: [
    ['dcc_mcp.search.id', 'string', WORKFLOW, 'The search, or the search this call follows'],
    ['dcc_mcp.search.ranker_version', 'string', WORKFLOW, 'Version of the ranker'],
    ['dcc_mcp.search.total', 'int', WORKFLOW, 'Number of matches'],
    ['dcc_mcp.search.zero_results', 'bool', WORKFLOW, 'Whether a search found nothing'],
    ['dcc_mcp.search.selected_rank', 'int', WORKFLOW, 'Rank of the hit that is followed, from 1'],
    ['dcc_mcp.search.score', 'double', WORKFLOW, 'Its score'],
    ['dcc_mcp.search.match_reasons', 'string[]', WORKFLOW, 'Why it matched, at most five'],
  ],
  policy: [
    ['dcc_mcp.policy.outcome', 'string', WORKFLOW, '`allowed`, `denied` or `throttled`, whenever policy was evaluated'],
    ['dcc_mcp.policy.reason', 'string', WORKFLOW, 'Why'],
  ],
  outcome: [
    ['dcc_mcp.outcome', 'string', WORKFLOW, 'Outcome word of the call'],
    ['dcc_mcp.success', 'bool', WORKFLOW, 'Whether it succeeded; of a batch, whether all items ran and were ok'],
    ['dcc_mcp.error.kind', 'string', WORKFLOW, 'Error kind of the answer'],
    ['error.type', 'string', ALL, 'The outcome word, on failure'],
    ['rpc.response.status_code', 'string', ALL, 'JSON-RPC error code of the answer'],
    ['dcc_mcp.batch.size', 'int', WORKFLOW, 'Number of items of a batch'],
    ['dcc_mcp.queue.wait_ms', 'double', WORKFLOW, "Time in the upstream's queue"],
  ],
  content: [
    [
      'input.value',
      'string',
      WORKFLOW,
      'Summary of the arguments (names, bytes, SHA-256); the redacted content only where captured',
    ],
    ['input.mime_type', 'string', WORKFLOW, 'Media type of input.value'],
    ['output.value', 'string', WORKFLOW, 'Summary of the result; the redacted content only where captured'],
    ['output.mime_type', 'string', WORKFLOW, 'Media type of output.value'],
    ['metadata', 'string', WORKFLOW, 'JSON text with the ids that find the call elsewhere'],
    ['dcc_mcp.profile', 'string', ENTRY, 'Profile of mcpproxy-go users'],
  ],
  hop: [
    ['dcc.type', 'string', HOP, 'Type of the application behind the tool'],
    ['dcc.instance_id', 'string', HOP, 'Instance'],
    ['dcc.scene', 'string', HOP, 'Scene that is open, when known'],
    ['dcc.job_id', 'string', HOP, 'Job the call runs as'],
    [
      'mcp.method',
      'string',
      HOP,
      'MCP method sent; this span has no mcp.method.name, because a key is never leaf and prefix',
    ],
    ['mcp.resource.uri', 'string', HOP, 'URI of the resource, without its query'],
    ['mcp.tool_slug', 'string', HOP, '`<dcc>__<tool>`'],
    ['mcp.affinity', 'string', HOP, 'Thread the tool needs: `main` or `any`'],
    ['mcp.session_id', 'string', HOP, "Hash of the caller's protocol session"],
    ['mcp.request_id', 'string', HOP, 'Id of the request'],
    ['server.address', 'string', HOP, 'Host of the upstream'],
    ['server.port', 'int', HOP, 'Port of the upstream'],
  ],
};

/** Every attribute that spans of this package carry. The reference page and the tests are made from it. */
export const ATTRIBUTE_CATALOG: readonly AttributeDescription[] = Object.entries(GROUPS).flatMap(([group, rows]) =>
  rows.map(([key, type, spans, description]) => ({ key, type, group, spans, description })),
);
