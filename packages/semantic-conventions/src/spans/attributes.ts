// Correlation

/** Name of the operation, the same as the span's name. */
export const ATTR_DCC_MCP_WORKFLOW_OPERATION = 'dcc_mcp.workflow.operation';
/** `rest` or `mcp`. */
export const ATTR_DCC_MCP_TRANSPORT = 'dcc_mcp.transport';
/** Trace id of this span. */
export const ATTR_DCC_MCP_TRACE_ID = 'dcc_mcp.trace_id';
/** The caller's trace id, when it is another one (parent policy `local`). */
export const ATTR_DCC_MCP_CALLER_TRACE_ID = 'dcc_mcp.caller_trace_id';
/** Id of the request. */
export const ATTR_DCC_MCP_REQUEST_ID = 'dcc_mcp.request_id';
/** The batch, turn or job this request belongs to. */
export const ATTR_DCC_MCP_PARENT_REQUEST_ID = 'dcc_mcp.parent_request_id';
/** The conversation; a hash for protocol sessions. */
export const ATTR_DCC_MCP_SESSION_ID = 'dcc_mcp.session_id';
/** What named the conversation: `protocol`, `header`, `agent`, `baggage` or `trace`. */
export const ATTR_DCC_MCP_SESSION_SOURCE = 'dcc_mcp.session.source';
/** Which carrier brought the caller's context: `meta`, `header` or `none`. */
export const ATTR_DCC_MCP_TRACE_CARRIER = 'dcc_mcp.trace.carrier';

// Who asks

/** Pseudonymous id of the person or service. */
export const ATTR_DCC_MCP_ACTOR_ID = 'dcc_mcp.actor.id';
/** Display name. */
export const ATTR_DCC_MCP_ACTOR_NAME = 'dcc_mcp.actor.name';
/** Hash of the e-mail address; a raw address is refused. */
export const ATTR_DCC_MCP_ACTOR_EMAIL_HASH = 'dcc_mcp.actor.email_hash';
/** Id of the agent. */
export const ATTR_DCC_MCP_AGENT_ID = 'dcc_mcp.agent.id';
/** Name of the agent. */
export const ATTR_DCC_MCP_AGENT_NAME = 'dcc_mcp.agent.name';
/** Kind of the agent. */
export const ATTR_DCC_MCP_AGENT_KIND = 'dcc_mcp.agent.kind';
/** Version of the agent. */
export const ATTR_DCC_MCP_AGENT_VERSION = 'dcc_mcp.agent.version';
/** Model. */
export const ATTR_DCC_MCP_AGENT_MODEL = 'dcc_mcp.agent.model';
/** Provider of the model. */
export const ATTR_DCC_MCP_AGENT_MODEL_PROVIDER = 'dcc_mcp.agent.model_provider';
/** Version of the model. */
export const ATTR_DCC_MCP_AGENT_MODEL_VERSION = 'dcc_mcp.agent.model_version';
/** Reasoning effort. */
export const ATTR_DCC_MCP_AGENT_REASONING_EFFORT = 'dcc_mcp.agent.reasoning_effort';
/** Turn of the conversation. */
export const ATTR_DCC_MCP_AGENT_TURN_ID = 'dcc_mcp.agent.turn_id';
/** Task in the agent's words. */
export const ATTR_DCC_MCP_AGENT_TASK = 'dcc_mcp.agent.task';
/** At most 16. */
export const ATTR_DCC_MCP_AGENT_TAGS = 'dcc_mcp.agent.tags';
/** What the user wants, summarized by the agent. */
export const ATTR_DCC_MCP_AGENT_USER_INTENT_SUMMARY = 'dcc_mcp.agent.user_intent_summary';
/** What the agent replied, summarized by it. */
export const ATTR_DCC_MCP_AGENT_REPLY_SUMMARY = 'dcc_mcp.agent.reply_summary';
/** Hash of the user's input. */
export const ATTR_DCC_MCP_AGENT_USER_INPUT_HASH = 'dcc_mcp.agent.user_input_hash';
/** Hash of the reply. */
export const ATTR_DCC_MCP_AGENT_REPLY_HASH = 'dcc_mcp.agent.reply_hash';
/** Length of the user's input. */
export const ATTR_DCC_MCP_AGENT_USER_INPUT_CHARS = 'dcc_mcp.agent.user_input_chars';
/** Length of the reply. */
export const ATTR_DCC_MCP_AGENT_REPLY_CHARS = 'dcc_mcp.agent.reply_chars';
/** Program the agent runs in. */
export const ATTR_DCC_MCP_CLIENT_PLATFORM = 'dcc_mcp.client.platform';
/** Its operating system. */
export const ATTR_DCC_MCP_CLIENT_OS = 'dcc_mcp.client.os';
/** Its host. */
export const ATTR_DCC_MCP_CLIENT_HOST = 'dcc_mcp.client.host';
/** Subject of the credential. */
export const ATTR_DCC_MCP_AUTH_SUBJECT = 'dcc_mcp.auth.subject';
/** Address of the client, derived by the server. */
export const ATTR_DCC_MCP_SOURCE_IP = 'dcc_mcp.source.ip';
/** Forwarded chain behind a trusted proxy, at most 16. */
export const ATTR_DCC_MCP_FORWARDED_FOR = 'dcc_mcp.forwarded_for';

// Where it goes

/** Type of the application behind the tool. */
export const ATTR_DCC_MCP_DCC_TYPE = 'dcc_mcp.dcc.type';
/** Instance the call goes to. */
export const ATTR_DCC_MCP_INSTANCE_ID = 'dcc_mcp.instance.id';
/** Skill (group of tools). */
export const ATTR_DCC_MCP_SKILL_NAME = 'dcc_mcp.skill.name';
/** `<dcc>.<id8>.<backend_tool>`. */
export const ATTR_DCC_MCP_TOOL_SLUG = 'dcc_mcp.tool.slug';

// How it was found

/** The search, or the search this call follows. */
export const ATTR_DCC_MCP_SEARCH_ID = 'dcc_mcp.search.id';
/** Version of the ranker. */
export const ATTR_DCC_MCP_SEARCH_RANKER_VERSION = 'dcc_mcp.search.ranker_version';
/** Rank of the hit that is followed, from 1. */
export const ATTR_DCC_MCP_SEARCH_SELECTED_RANK = 'dcc_mcp.search.selected_rank';
/** Number of matches. */
export const ATTR_DCC_MCP_SEARCH_TOTAL = 'dcc_mcp.search.total';
/** Its score. */
export const ATTR_DCC_MCP_SEARCH_SCORE = 'dcc_mcp.search.score';
/** Why it matched, at most five. */
export const ATTR_DCC_MCP_SEARCH_MATCH_REASONS = 'dcc_mcp.search.match_reasons';
/** Whether a search found nothing. */
export const ATTR_DCC_MCP_SEARCH_ZERO_RESULTS = 'dcc_mcp.search.zero_results';

// What became of it

/** `allowed`, `denied` or `throttled`, whenever policy was evaluated. */
export const ATTR_DCC_MCP_POLICY_OUTCOME = 'dcc_mcp.policy.outcome';
/** Why. */
export const ATTR_DCC_MCP_POLICY_REASON = 'dcc_mcp.policy.reason';
/** Whether it succeeded; of a batch, whether all items ran and were ok. */
export const ATTR_DCC_MCP_SUCCESS = 'dcc_mcp.success';
/** Outcome word of the call. */
export const ATTR_DCC_MCP_OUTCOME = 'dcc_mcp.outcome';
/** Error kind of the answer. */
export const ATTR_DCC_MCP_ERROR_KIND = 'dcc_mcp.error.kind';
/** Number of items of a batch. */
export const ATTR_DCC_MCP_BATCH_SIZE = 'dcc_mcp.batch.size';
/** Time in the upstream's queue. */
export const ATTR_DCC_MCP_QUEUE_WAIT_MS = 'dcc_mcp.queue.wait_ms';
/** Milliseconds from the request to its end; of log records alone. */
export const ATTR_DCC_MCP_DURATION_MS = 'dcc_mcp.duration_ms';
/** Key of the upstream in the configuration; of log records alone. */
export const ATTR_DCC_MCP_UPSTREAM = 'dcc_mcp.upstream';
/** Name of the row among the contention events that says the same; of log records alone. */
export const ATTR_DCC_MCP_CONTENTION_EVENT = 'dcc_mcp.contention.event';
/** `skipped` where the arguments were not checked by the tool's schema, or not all of them. */
export const ATTR_DCC_MCP_VALIDATION = 'dcc_mcp.validation';
/** Why. */
export const ATTR_DCC_MCP_VALIDATION_REASON = 'dcc_mcp.validation_reason';
/** JSON Pointers of arguments whose type was mended, at most 16. */
export const ATTR_DCC_MCP_COERCED = 'dcc_mcp.coerced';

// Event `retry` of the hop span

/** Number of the retry, from 1. */
export const ATTR_DCC_MCP_RETRY_ATTEMPT = 'dcc_mcp.retry.attempt';
/** Outcome word of the try that failed. */
export const ATTR_DCC_MCP_RETRY_REASON = 'dcc_mcp.retry.reason';
/** Wait before it. */
export const ATTR_DCC_MCP_RETRY_DELAY_MS = 'dcc_mcp.retry.delay_ms';

/** Profile of mcpproxy-go users; set only where its configuration names one. */
export const ATTR_DCC_MCP_PROFILE = 'dcc_mcp.profile';

// The hop span, and nothing else (dcc-mcp-core, "DCC Span Attributes")

/** Type of the application behind the tool. */
export const ATTR_DCC_TYPE = 'dcc.type';
/** Instance. */
export const ATTR_DCC_INSTANCE_ID = 'dcc.instance_id';
/** Scene that is open, when known. */
export const ATTR_DCC_SCENE = 'dcc.scene';
/** Job the call runs as. */
export const ATTR_DCC_JOB_ID = 'dcc.job_id';
/** MCP method sent; this span has no mcp.method.name, because a key is never leaf and prefix. */
export const ATTR_MCP_METHOD = 'mcp.method';
/** `<dcc>__<tool>`. */
export const ATTR_MCP_TOOL_SLUG = 'mcp.tool_slug';
/** Thread the tool needs: `main` or `any`. */
export const ATTR_MCP_AFFINITY = 'mcp.affinity';
/** Hash of the caller's protocol session. */
export const ATTR_MCP_SESSION_ID_OF_HOP = 'mcp.session_id';
/** Id of the request. */
export const ATTR_MCP_REQUEST_ID = 'mcp.request_id';

// MCP, GenAI and JSON-RPC conventions: in development, so the root entry of OpenTelemetry's package lacks them

/** MCP method of the message; over MCP only. */
export const ATTR_MCP_METHOD_NAME = 'mcp.method.name';
/** Hash of the protocol session; absent where the protocol has none. */
export const ATTR_MCP_SESSION_ID = 'mcp.session.id';
/** MCP revision spoken with the peer of this span. */
export const ATTR_MCP_PROTOCOL_VERSION = 'mcp.protocol.version';
/** URI of the resource, without its query. */
export const ATTR_MCP_RESOURCE_URI = 'mcp.resource.uri';
/** JSON-RPC id of the message, as its sender wrote it. */
export const ATTR_JSONRPC_REQUEST_ID = 'jsonrpc.request.id';
/** JSON-RPC error code of the answer. */
export const ATTR_RPC_RESPONSE_STATUS_CODE = 'rpc.response.status_code';
/** `execute_tool`. */
export const ATTR_GEN_AI_OPERATION_NAME = 'gen_ai.operation.name';
/** Tool at its server; for operations other than call the operation's own name. */
export const ATTR_GEN_AI_TOOL_NAME = 'gen_ai.tool.name';
/** Prompt of prompts/get. */
export const ATTR_GEN_AI_PROMPT_NAME = 'gen_ai.prompt.name';

/** Value of `gen_ai.operation.name` on the spans of a tool call. */
export const GEN_AI_OPERATION_EXECUTE_TOOL = 'execute_tool';
