/** OpenTelemetry names of every instrument (contract `metrics.md`); their Prometheus names are in the definitions. */

export const METRIC_DCC_MCP_TOOL_CALLS = 'dcc_mcp.tool.calls';
export const METRIC_DCC_MCP_TOOL_DURATION = 'dcc_mcp.tool.duration';
export const METRIC_DCC_MCP_JOBS_IN_FLIGHT = 'dcc_mcp.jobs.in_flight';
export const METRIC_DCC_MCP_JOB_CREATED = 'dcc_mcp.job.created';
export const METRIC_DCC_MCP_JOB_WAIT = 'dcc_mcp.job.wait';
export const METRIC_DCC_MCP_NOTIFICATIONS_SENT = 'dcc_mcp.notifications.sent';
export const METRIC_DCC_MCP_ACTIVE_SESSIONS = 'dcc_mcp.active_sessions';
export const METRIC_DCC_MCP_REGISTERED_TOOLS = 'dcc_mcp.registered_tools';
export const METRIC_DCC_MCP_BUILD_INFO = 'dcc_mcp.build_info';

export const METRIC_DCC_MCP_GATEWAY_ELECTIONS = 'dcc_mcp.gateway.elections';
export const METRIC_DCC_MCP_GATEWAY_EVICTIONS = 'dcc_mcp.gateway.evictions';
export const METRIC_DCC_MCP_GATEWAY_PROBES = 'dcc_mcp.gateway.probes';
export const METRIC_DCC_MCP_GATEWAY_GOVERNANCE_EVENTS = 'dcc_mcp.gateway.governance_events';
export const METRIC_DCC_MCP_GATEWAY_BACKEND_ERRORS = 'dcc_mcp.gateway.backend_errors';
export const METRIC_DCC_MCP_GATEWAY_SEARCHES = 'dcc_mcp.gateway.searches';
export const METRIC_DCC_MCP_GATEWAY_SEARCH_FOLLOWUPS = 'dcc_mcp.gateway.search_followups';
export const METRIC_DCC_MCP_GATEWAY_SEARCH_REFORMULATIONS = 'dcc_mcp.gateway.search_reformulations';
export const METRIC_DCC_MCP_GATEWAY_SEARCH_DURATION = 'dcc_mcp.gateway.search_duration';
export const METRIC_DCC_MCP_GATEWAY_SEARCH_TIME_TO_FIRST_SUCCESS = 'dcc_mcp.gateway.search_time_to_first_success';
export const METRIC_DCC_MCP_GATEWAY_UPSTREAMS = 'dcc_mcp.gateway.upstreams';
export const METRIC_DCC_MCP_GATEWAY_CALLS_REJECTED = 'dcc_mcp.gateway.calls_rejected';
export const METRIC_DCC_MCP_GATEWAY_QUEUE_DEPTH = 'dcc_mcp.gateway.queue_depth';
export const METRIC_DCC_MCP_GATEWAY_CALLS_IN_FLIGHT = 'dcc_mcp.gateway.calls_in_flight';
export const METRIC_DCC_MCP_GATEWAY_QUARANTINE_EVENTS = 'dcc_mcp.gateway.quarantine_events';
export const METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH = 'dcc_mcp.gateway.oauth_refresh';
export const METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH_DURATION = 'dcc_mcp.gateway.oauth_refresh_duration';
export const METRIC_DCC_MCP_GATEWAY_PHASE_DURATION = 'dcc_mcp.gateway.phase_duration';
export const METRIC_DCC_MCP_GATEWAY_STREAMS = 'dcc_mcp.gateway.streams';
export const METRIC_DCC_MCP_GATEWAY_SESSIONS_ENDED = 'dcc_mcp.gateway.sessions_ended';
export const METRIC_DCC_MCP_GATEWAY_RESPONSE_TOKENS = 'dcc_mcp.gateway.response_tokens';

export const METRIC_MCP_SERVER_OPERATION_DURATION = 'mcp.server.operation.duration';
export const METRIC_MCP_CLIENT_OPERATION_DURATION = 'mcp.client.operation.duration';
export const METRIC_MCP_SERVER_SESSION_DURATION = 'mcp.server.session.duration';
export const METRIC_MCP_CLIENT_SESSION_DURATION = 'mcp.client.session.duration';
export const METRIC_HTTP_SERVER_REQUEST_DURATION = 'http.server.request.duration';
export const METRIC_HTTP_SERVER_ACTIVE_REQUESTS = 'http.server.active_requests';
export const METRIC_HTTP_SERVER_REQUEST_BODY_SIZE = 'http.server.request.body.size';
export const METRIC_HTTP_SERVER_RESPONSE_BODY_SIZE = 'http.server.response.body.size';
export const METRIC_PROCESS_CPU_TIME = 'process.cpu.time';
export const METRIC_PROCESS_MEMORY_USAGE = 'process.memory.usage';
export const METRIC_PROCESS_UPTIME = 'process.uptime';

export const METRIC_HTTP_REQUESTS = 'http.requests';
export const METRIC_HTTP_REQUEST_DURATION = 'http.request_duration';
export const METRIC_HTTP_REQUEST_SIZE = 'http.request_size';
export const METRIC_HTTP_RESPONSE_SIZE = 'http.response_size';
export const METRIC_APP_INFO = 'app_info';

export const METRIC_DCC_MCP_SCRAPE_DURATION = 'dcc_mcp_scrape_duration';
export const METRIC_DCC_MCP_SCRAPE_BYTES = 'dcc_mcp_scrape';
export const METRIC_DCC_MCP_SCRAPE_SERIES = 'dcc_mcp_scrape_series';
export const METRIC_DCC_MCP_TELEMETRY_OVERFLOW = 'dcc_mcp_telemetry_overflow';
export const METRIC_DCC_MCP_TELEMETRY_INVALID_VALUES = 'dcc_mcp_telemetry_invalid_values';
export const METRIC_DCC_MCP_TELEMETRY_ROWS_DROPPED = 'dcc_mcp_telemetry_rows_dropped';
