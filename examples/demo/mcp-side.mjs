// The agent's MCP side: the official SDK client, in either protocol era.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const describeTarget = ({ query, tool_slug: slug, skill_name: skill, calls }) =>
  query ?? slug ?? skill ?? `${calls?.length} calls`;

/** Connects over MCP as a client of the revision `era`; `close` ends the session. */
export async function connectMcp({ url, agent, journal, spans }, era) {
  const mode = era === '2026-07-28' ? { pin: era } : 'legacy';
  const client = new Client({ name: 'demo-agent', version: '1.0.0' }, { versionNegotiation: { mode } });
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`));
  await client.connect(transport);

  async function run(operation, body, { meta: extra = {}, why } = {}) {
    const begin = performance.now();
    const { structuredContent } = await spans.request(operation, body, (inject) => {
      const meta = { agent_context: agent, ...extra };
      inject({ meta });
      return client.callTool({ name: operation, arguments: body, _meta: meta });
    });
    const millis = performance.now() - begin;
    const target = describeTarget(body);
    journal.add({ transport: `MCP ${era}`, operation, target, body: structuredContent, millis, why });
    return structuredContent;
  }
  return {
    run,
    batch: (calls, why) => run('call', { calls }, { why }),
    async close() {
      await transport.terminateSession();
      await client.close();
    },
  };
}
