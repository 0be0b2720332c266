import { createGateway } from '@dcc-mcp/gateway';

const gateway = await createGateway({
  config: {
    mcpServers: { files: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-filesystem', '.'] } },
  },
  env: process.env, // OTEL_* and DCC_MCP_*
  port: Number(process.env.PORT ?? 9765),
  enablePrometheus: true,
});
console.log(`MCP at ${gateway.url}/mcp, REST at ${gateway.url}/v1, metrics at ${gateway.url}/metrics`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void gateway.stop()); // finishes what runs, sends what it recorded
}
