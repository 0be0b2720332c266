// Correlation
export const ATTR_DCC_MCP_WORKFLOW_OPERATION = 'dcc_mcp.workflow.operation';
export const ATTR_DCC_MCP_TRANSPORT = 'dcc_mcp.transport';
export const ATTR_DCC_MCP_TRACE_ID = 'dcc_mcp.trace_id';
export const ATTR_DCC_MCP_CALLER_TRACE_ID = 'dcc_mcp.caller_trace_id';
export const ATTR_DCC_MCP_REQUEST_ID = 'dcc_mcp.request_id';
export const ATTR_DCC_MCP_PARENT_REQUEST_ID = 'dcc_mcp.parent_request_id';
export const ATTR_DCC_MCP_SESSION_ID = 'dcc_mcp.session_id';
export const ATTR_DCC_MCP_SESSION_SOURCE = 'dcc_mcp.session.source';
export const ATTR_DCC_MCP_TRACE_CARRIER = 'dcc_mcp.trace.carrier';

// Who asks
export const ATTR_DCC_MCP_ACTOR_ID = 'dcc_mcp.actor.id';
export const ATTR_DCC_MCP_ACTOR_NAME = 'dcc_mcp.actor.name';
export const ATTR_DCC_MCP_ACTOR_EMAIL_HASH = 'dcc_mcp.actor.email_hash';
export const ATTR_DCC_MCP_AGENT_ID = 'dcc_mcp.agent.id';
export const ATTR_DCC_MCP_AGENT_NAME = 'dcc_mcp.agent.name';
export const ATTR_DCC_MCP_AGENT_KIND = 'dcc_mcp.agent.kind';
export const ATTR_DCC_MCP_AGENT_VERSION = 'dcc_mcp.agent.version';
export const ATTR_DCC_MCP_AGENT_MODEL = 'dcc_mcp.agent.model';
export const ATTR_DCC_MCP_AGENT_MODEL_PROVIDER = 'dcc_mcp.agent.model_provider';
export const ATTR_DCC_MCP_AGENT_MODEL_VERSION = 'dcc_mcp.agent.model_version';
export const ATTR_DCC_MCP_AGENT_REASONING_EFFORT = 'dcc_mcp.agent.reasoning_effort';
export const ATTR_DCC_MCP_AGENT_TURN_ID = 'dcc_mcp.agent.turn_id';
export const ATTR_DCC_MCP_AGENT_TASK = 'dcc_mcp.agent.task';
export const ATTR_DCC_MCP_AGENT_TAGS = 'dcc_mcp.agent.tags';
export const ATTR_DCC_MCP_AGENT_USER_INTENT_SUMMARY = 'dcc_mcp.agent.user_intent_summary';
export const ATTR_DCC_MCP_AGENT_REPLY_SUMMARY = 'dcc_mcp.agent.reply_summary';
export const ATTR_DCC_MCP_AGENT_USER_INPUT_HASH = 'dcc_mcp.agent.user_input_hash';
export const ATTR_DCC_MCP_AGENT_REPLY_HASH = 'dcc_mcp.agent.reply_hash';
export const ATTR_DCC_MCP_AGENT_USER_INPUT_CHARS = 'dcc_mcp.agent.user_input_chars';
export const ATTR_DCC_MCP_AGENT_REPLY_CHARS = 'dcc_mcp.agent.reply_chars';
export const ATTR_DCC_MCP_CLIENT_PLATFORM = 'dcc_mcp.client.platform';
export const ATTR_DCC_MCP_CLIENT_OS = 'dcc_mcp.client.os';
export const ATTR_DCC_MCP_CLIENT_HOST = 'dcc_mcp.client.host';
export const ATTR_DCC_MCP_AUTH_SUBJECT = 'dcc_mcp.auth.subject';
export const ATTR_DCC_MCP_SOURCE_IP = 'dcc_mcp.source.ip';
export const ATTR_DCC_MCP_FORWARDED_FOR = 'dcc_mcp.forwarded_for';

// Where it goes
export const ATTR_DCC_MCP_DCC_TYPE = 'dcc_mcp.dcc.type';
export const ATTR_DCC_MCP_INSTANCE_ID = 'dcc_mcp.instance.id';
export const ATTR_DCC_MCP_SKILL_NAME = 'dcc_mcp.skill.name';
export const ATTR_DCC_MCP_TOOL_SLUG = 'dcc_mcp.tool.slug';

// How it was found
export const ATTR_DCC_MCP_SEARCH_ID = 'dcc_mcp.search.id';
export const ATTR_DCC_MCP_SEARCH_RANKER_VERSION = 'dcc_mcp.search.ranker_version';
export const ATTR_DCC_MCP_SEARCH_SELECTED_RANK = 'dcc_mcp.search.selected_rank';
export const ATTR_DCC_MCP_SEARCH_TOTAL = 'dcc_mcp.search.total';
export const ATTR_DCC_MCP_SEARCH_SCORE = 'dcc_mcp.search.score';
export const ATTR_DCC_MCP_SEARCH_MATCH_REASONS = 'dcc_mcp.search.match_reasons';
export const ATTR_DCC_MCP_SEARCH_ZERO_RESULTS = 'dcc_mcp.search.zero_results';

// What became of it
export const ATTR_DCC_MCP_POLICY_OUTCOME = 'dcc_mcp.policy.outcome';
export const ATTR_DCC_MCP_POLICY_REASON = 'dcc_mcp.policy.reason';
export const ATTR_DCC_MCP_SUCCESS = 'dcc_mcp.success';
export const ATTR_DCC_MCP_OUTCOME = 'dcc_mcp.outcome';
export const ATTR_DCC_MCP_ERROR_KIND = 'dcc_mcp.error.kind';
export const ATTR_DCC_MCP_BATCH_SIZE = 'dcc_mcp.batch.size';
export const ATTR_DCC_MCP_QUEUE_WAIT_MS = 'dcc_mcp.queue.wait_ms';

/** Profile of mcpproxy-go users; set only where its configuration names one. */
export const ATTR_DCC_MCP_PROFILE = 'dcc_mcp.profile';

// The hop span, and nothing else (dcc-mcp-core, "DCC Span Attributes")
export const ATTR_DCC_TYPE = 'dcc.type';
export const ATTR_DCC_INSTANCE_ID = 'dcc.instance_id';
export const ATTR_DCC_SCENE = 'dcc.scene';
export const ATTR_DCC_JOB_ID = 'dcc.job_id';
export const ATTR_MCP_METHOD = 'mcp.method';
export const ATTR_MCP_TOOL_SLUG = 'mcp.tool_slug';
export const ATTR_MCP_AFFINITY = 'mcp.affinity';
export const ATTR_MCP_SESSION_ID_OF_HOP = 'mcp.session_id';
export const ATTR_MCP_REQUEST_ID = 'mcp.request_id';

// MCP, GenAI, JSON-RPC and general conventions (development status: the names are kept here, not imported)
export const ATTR_MCP_METHOD_NAME = 'mcp.method.name';
export const ATTR_MCP_SESSION_ID = 'mcp.session.id';
export const ATTR_MCP_PROTOCOL_VERSION = 'mcp.protocol.version';
export const ATTR_MCP_RESOURCE_URI = 'mcp.resource.uri';
export const ATTR_JSONRPC_REQUEST_ID = 'jsonrpc.request.id';
export const ATTR_RPC_RESPONSE_STATUS_CODE = 'rpc.response.status_code';
export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name';
export const ATTR_GEN_AI_TOOL_NAME = 'gen_ai.tool.name';
export const ATTR_GEN_AI_PROMPT_NAME = 'gen_ai.prompt.name';
export const ATTR_NETWORK_TRANSPORT = 'network.transport';
export const ATTR_ERROR_TYPE = 'error.type';

/** Value of `gen_ai.operation.name` on the spans of a tool call. */
export const GEN_AI_OPERATION_EXECUTE_TOOL = 'execute_tool';
