// The agent's MCP side: the official SDK client, in either protocol era.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { newTraceparent } from './journal.mjs';

const describeTarget = ({ query, tool_slug: slug, skill_name: skill, calls }) =>
  query ?? slug ?? skill ?? `${calls?.length} calls`;

/** Connects over MCP as a client of the revision `era`. */
export async function connectMcp(url, era, { agent, journal }) {
  const mode = era === '2026-07-28' ? { pin: era } : 'legacy';
  const client = new Client({ name: 'demo-agent', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));

  async function run(operation, body, { meta = {}, why } = {}) {
    const begin = performance.now();
    const { structuredContent } = await client.callTool({
      name: operation,
      arguments: body,
      _meta: { traceparent: newTraceparent(), agent_context: agent, ...meta },
    });
    const millis = performance.now() - begin;
    journal.add({
      transport: `MCP ${era}`,
      operation,
      target: describeTarget(body),
      body: structuredContent,
      millis,
      why,
    });
    return structuredContent;
  }
  return { run, batch: (calls, why) => run('call', { calls }, { why }), close: () => client.close() };
}
