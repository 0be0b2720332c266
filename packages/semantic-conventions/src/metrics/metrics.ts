// OpenTelemetry names of every instrument; unit, labels and Prometheus name stand in their definitions.

/** `dcc_mcp_tool_calls_total`: Tool calls finished, every dispatch path. */
export const METRIC_DCC_MCP_TOOL_CALLS = 'dcc_mcp.tool.calls';
/** `dcc_mcp_tool_duration_seconds`: Time of a tool call from dispatch to completion, waiting in the queue included. */
export const METRIC_DCC_MCP_TOOL_DURATION = 'dcc_mcp.tool.duration';
/** `dcc_mcp_jobs_in_flight`: Asynchronous jobs running now. */
export const METRIC_DCC_MCP_JOBS_IN_FLIGHT = 'dcc_mcp.jobs.in_flight';
/** `dcc_mcp_job_created_total`: Asynchronous jobs asked for, by what became of the request. */
export const METRIC_DCC_MCP_JOB_CREATED = 'dcc_mcp.job.created';
/** `dcc_mcp_job_wait_seconds`: Time from the creation of a job to its first execution. */
export const METRIC_DCC_MCP_JOB_WAIT = 'dcc_mcp.job.wait';
/** `dcc_mcp_notifications_sent_total`: MCP notifications written to clients; the channel ws is reserved and never emitted. */
export const METRIC_DCC_MCP_NOTIFICATIONS_SENT = 'dcc_mcp.notifications.sent';
/** `dcc_mcp_active_sessions`: MCP sessions alive now (protocol revisions that have sessions). */
export const METRIC_DCC_MCP_ACTIVE_SESSIONS = 'dcc_mcp.active_sessions';
/** `dcc_mcp_registered_tools`: Tools in the catalog. */
export const METRIC_DCC_MCP_REGISTERED_TOOLS = 'dcc_mcp.registered_tools';
/** `dcc_mcp_build_info`: Always 1; the labels identify what runs. */
export const METRIC_DCC_MCP_BUILD_INFO = 'dcc_mcp.build_info';

/** `dcc_mcp_gateway_elections_total`: Elections for the gateway port. */
export const METRIC_DCC_MCP_GATEWAY_ELECTIONS = 'dcc_mcp.gateway.elections';
/** `dcc_mcp_gateway_evictions_total`: Instances removed from the registry. */
export const METRIC_DCC_MCP_GATEWAY_EVICTIONS = 'dcc_mcp.gateway.evictions';
/** `dcc_mcp_gateway_probes_total`: Health probes of upstreams. */
export const METRIC_DCC_MCP_GATEWAY_PROBES = 'dcc_mcp.gateway.probes';
/** `dcc_mcp_gateway_governance_events_total`: Operations that policy or limits stopped, and checks that failed themselves. */
export const METRIC_DCC_MCP_GATEWAY_GOVERNANCE_EVENTS = 'dcc_mcp.gateway.governance_events';
/** `dcc_mcp_gateway_backend_errors_total`: Errors of upstreams, by what went wrong. */
export const METRIC_DCC_MCP_GATEWAY_BACKEND_ERRORS = 'dcc_mcp.gateway.backend_errors';
/** `dcc_mcp_gateway_searches_total`: Searches of the catalog. */
export const METRIC_DCC_MCP_GATEWAY_SEARCHES = 'dcc_mcp.gateway.searches';
/** `dcc_mcp_gateway_search_followups_total`: Operations that used a search hit, by its rank. */
export const METRIC_DCC_MCP_GATEWAY_SEARCH_FOLLOWUPS = 'dcc_mcp.gateway.search_followups';
/** `dcc_mcp_gateway_search_reformulations_total`: Searches that rephrased an earlier one without a use of its hits. */
export const METRIC_DCC_MCP_GATEWAY_SEARCH_REFORMULATIONS = 'dcc_mcp.gateway.search_reformulations';
/** `dcc_mcp_gateway_search_duration_seconds`: Time of one search of the catalog. */
export const METRIC_DCC_MCP_GATEWAY_SEARCH_DURATION = 'dcc_mcp.gateway.search_duration';
/** `dcc_mcp_gateway_search_time_to_first_success_seconds`: Time from a search to the first successful call of one of its hits. */
export const METRIC_DCC_MCP_GATEWAY_SEARCH_TIME_TO_FIRST_SUCCESS = 'dcc_mcp.gateway.search_time_to_first_success';
/** `dcc_mcp_gateway_upstreams`: Upstream servers by state. */
export const METRIC_DCC_MCP_GATEWAY_UPSTREAMS = 'dcc_mcp.gateway.upstreams';
/** `dcc_mcp_gateway_calls_rejected_total`: Calls refused; the first reason wins. */
export const METRIC_DCC_MCP_GATEWAY_CALLS_REJECTED = 'dcc_mcp.gateway.calls_rejected';
/** `dcc_mcp_gateway_queue_depth`: Calls that wait for an upstream. */
export const METRIC_DCC_MCP_GATEWAY_QUEUE_DEPTH = 'dcc_mcp.gateway.queue_depth';
/** `dcc_mcp_gateway_calls_in_flight`: Calls that an upstream works on. */
export const METRIC_DCC_MCP_GATEWAY_CALLS_IN_FLIGHT = 'dcc_mcp.gateway.calls_in_flight';
/** `dcc_mcp_gateway_quarantine_events_total`: Servers and tools put into quarantine, and out of it. */
export const METRIC_DCC_MCP_GATEWAY_QUARANTINE_EVENTS = 'dcc_mcp.gateway.quarantine_events';
/** `dcc_mcp_gateway_oauth_refresh_total`: Refreshes of OAuth tokens for upstreams. */
export const METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH = 'dcc_mcp.gateway.oauth_refresh';
/** `dcc_mcp_gateway_oauth_refresh_duration_seconds`: Time of one refresh of an OAuth token. */
export const METRIC_DCC_MCP_GATEWAY_OAUTH_REFRESH_DURATION = 'dcc_mcp.gateway.oauth_refresh_duration';
/** `dcc_mcp_gateway_phase_duration_seconds`: Where the time of a call went: the queue, the gateway itself, the upstream. */
export const METRIC_DCC_MCP_GATEWAY_PHASE_DURATION = 'dcc_mcp.gateway.phase_duration';
/** `dcc_mcp_gateway_streams`: Open streams to clients. */
export const METRIC_DCC_MCP_GATEWAY_STREAMS = 'dcc_mcp.gateway.streams';
/** `dcc_mcp_gateway_sessions_ended_total`: MCP sessions ended. */
export const METRIC_DCC_MCP_GATEWAY_SESSIONS_ENDED = 'dcc_mcp.gateway.sessions_ended';
/** `dcc_mcp_gateway_response_tokens_total`: Estimated tokens of answers: one for each 4 bytes, rounded up. */
export const METRIC_DCC_MCP_GATEWAY_RESPONSE_TOKENS = 'dcc_mcp.gateway.response_tokens';

/** `mcp_server_operation_duration_seconds`: Time of an MCP request or notification, seen by the receiver. */
export const METRIC_MCP_SERVER_OPERATION_DURATION = 'mcp.server.operation.duration';
/** `mcp_client_operation_duration_seconds`: Time of an MCP request or notification, seen by the sender. */
export const METRIC_MCP_CLIENT_OPERATION_DURATION = 'mcp.client.operation.duration';
/** `mcp_server_session_duration_seconds`: Life of an MCP session, seen by the server. */
export const METRIC_MCP_SERVER_SESSION_DURATION = 'mcp.server.session.duration';
/** `mcp_client_session_duration_seconds`: Life of an MCP session, seen by the client. */
export const METRIC_MCP_CLIENT_SESSION_DURATION = 'mcp.client.session.duration';
/** `http_server_active_requests`: HTTP requests in progress, streams left out. */
export const METRIC_HTTP_SERVER_ACTIVE_REQUESTS = 'http.server.active_requests';
/** `http_server_request_body_size_bytes`: Size of HTTP request bodies. */
export const METRIC_HTTP_SERVER_REQUEST_BODY_SIZE = 'http.server.request.body.size';
/** `http_server_response_body_size_bytes`: Size of HTTP response bodies. */
export const METRIC_HTTP_SERVER_RESPONSE_BODY_SIZE = 'http.server.response.body.size';
/** `process_cpu_time_seconds_total`: CPU time used by the process. */
export const METRIC_PROCESS_CPU_TIME = 'process.cpu.time';
/** `process_memory_usage_bytes`: Resident memory of the process. */
export const METRIC_PROCESS_MEMORY_USAGE = 'process.memory.usage';
/** `process_uptime_seconds`: Time since the process started. */
export const METRIC_PROCESS_UPTIME = 'process.uptime';

/** `http_requests_total`: HTTP requests answered, streams included. */
export const METRIC_HTTP_REQUESTS = 'http.requests';
/** `http_request_duration_seconds`: Time of HTTP requests; the life of a stream is never one. */
export const METRIC_HTTP_REQUEST_DURATION = 'http.request_duration';
/** `http_request_size_bytes`: Size of HTTP request bodies. */
export const METRIC_HTTP_REQUEST_SIZE = 'http.request_size';
/** `http_response_size_bytes`: Size of HTTP response bodies. */
export const METRIC_HTTP_RESPONSE_SIZE = 'http.response_size';
/** `app_info`: Always 1; the labels are the configured custom labels. */
export const METRIC_APP_INFO = 'app_info';

/** `dcc_mcp_scrape_duration_seconds`: Time from the request to the last byte of the last scrape. */
export const METRIC_DCC_MCP_SCRAPE_DURATION = 'dcc_mcp_scrape_duration';
/** `dcc_mcp_scrape_bytes`: Size of the last scrape before compression. */
export const METRIC_DCC_MCP_SCRAPE_BYTES = 'dcc_mcp_scrape';
/** `dcc_mcp_scrape_series`: Series in the last scrape; a histogram counts once. */
export const METRIC_DCC_MCP_SCRAPE_SERIES = 'dcc_mcp_scrape_series';
/** `dcc_mcp_scrape_incomplete`: Whether a worker did not answer in time, so that its last snapshot stands in. */
export const METRIC_DCC_MCP_SCRAPE_INCOMPLETE = 'dcc_mcp_scrape_incomplete';
/** `dcc_mcp_workers`: Worker processes, by what they are. */
export const METRIC_DCC_MCP_WORKERS = 'dcc_mcp_workers';
/** `dcc_mcp_telemetry_overflow_total`: Measurements put under `_other` because the instrument had used up its series budget. */
export const METRIC_DCC_MCP_TELEMETRY_OVERFLOW = 'dcc_mcp_telemetry_overflow';
/** `dcc_mcp_telemetry_invalid_values_total`: Values dropped because they were not what the instrument measures. */
export const METRIC_DCC_MCP_TELEMETRY_INVALID_VALUES = 'dcc_mcp_telemetry_invalid_values';
/** `dcc_mcp_telemetry_rows_dropped_total`: Rows that a store had to drop. */
export const METRIC_DCC_MCP_TELEMETRY_ROWS_DROPPED = 'dcc_mcp_telemetry_rows_dropped';
