/** Names of the events that log records tell of. */
export const EVENT_DCC_MCP_GATEWAY_START = 'dcc_mcp.gateway.start';
export const EVENT_DCC_MCP_GATEWAY_STOP = 'dcc_mcp.gateway.stop';
export const EVENT_DCC_MCP_UPSTREAM_STATE = 'dcc_mcp.upstream.state';
/** Calls to an upstream are refused after repeated failures, or let through again. */
export const EVENT_DCC_MCP_UPSTREAM_CIRCUIT = 'dcc_mcp.upstream.circuit';
export const EVENT_DCC_MCP_EXPORTER_STATE = 'dcc_mcp.exporter.state';
export const EVENT_DCC_MCP_CONFIGURATION_CHANGE = 'dcc_mcp.configuration.change';
/** An operation did not end ok. */
export const EVENT_DCC_MCP_OPERATION_FAILED = 'dcc_mcp.operation.failed';
/** The files of calls and traces were read, can't be written, or can be again. */
export const EVENT_DCC_MCP_HISTORY_STATE = 'dcc_mcp.history.state';
