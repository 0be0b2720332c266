/** The environment without what would change a gateway, without the dcc-mcp-core hosts of this machine; and `more`. */
export function cleanEnvironment(more = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|DCC_MCP_|METRICS_|ENABLE_METRICS|NODE_OPTIONS)/.test(name),
  );
  return { ...Object.fromEntries(kept), DCC_MCP_REGISTRY_DIR: 'off', ...more };
}
