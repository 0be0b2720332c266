import { afterEach, expect, test } from '@jest/globals';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openModern } from '../tracing/raw-mcp.ts';

let plain: PlainServer;
let gateway: RunningGateway;

afterEach(async () => {
  await gateway.stop();
  plain.server.close();
});

async function tokensOf(surface: string): Promise<number> {
  const text = await scrape(gateway.url);
  return valuesOf(text, 'dcc_mcp_gateway_response_tokens_total', ['surface'])[surface] ?? 0;
}

async function postMcp(body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const own = { 'content-type': 'application/json', accept: 'application/json', ...headers };
  return fetch(`${gateway.url}/mcp`, { method: 'POST', headers: own, body: JSON.stringify(body) });
}

test('answers to members of a batch count as those to the same requests alone', async () => {
  plain = await startPlainServer({ tools: ['bake'] });
  gateway = await startGateway({ config: { mcpServers: { plain: { url: plain.url } } }, enablePrometheus: true });
  await gateway.ready();
  const params = { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
  const opened = await postMcp({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id')! };
  const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
  await (await postMcp(list, session)).text();
  const alone = await tokensOf('tools_list');
  expect(alone).toBeGreaterThan(0);
  await (await postMcp([list, { jsonrpc: '2.0', id: 3, method: 'ping' }, list], session)).text();
  expect(await tokensOf('tools_list')).toBe(3 * alone);
}, 30_000);

test('with --expose all each tool counts as a call, also one that is called like one of the gateway', async () => {
  const tools = ['search', 'describe', 'load_skill', 'call', 'other'];
  plain = await startPlainServer({ tools });
  gateway = await startGateway({
    config: { mcpServers: { plain: { url: plain.url } } },
    enablePrometheus: true,
    env: { DCC_MCP_EXPOSE: 'all' },
  });
  await gateway.ready();
  const client = openModern(gateway.url);
  for (const name of tools) {
    const before = await tokensOf('call');
    expect(await client.request('tools/call', { name, arguments: {} })).toMatchObject({ status: 200 });
    expect(await tokensOf('call')).toBeGreaterThan(before);
  }
  expect([await tokensOf('search'), await tokensOf('describe')]).toEqual([0, 0]);
}, 30_000);
