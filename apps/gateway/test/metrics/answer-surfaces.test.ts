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
  const tokens = async (): Promise<Readonly<Record<string, number>>> =>
    valuesOf(await scrape(gateway.url), 'dcc_mcp_gateway_response_tokens_total', ['surface']);
  for (const name of tools) {
    const before = (await tokens())['call'] ?? 0;
    expect(await client.request('tools/call', { name, arguments: {} })).toMatchObject({ status: 200 });
    expect((await tokens())['call']).toBeGreaterThan(before);
  }
  expect(await tokens()).toMatchObject({ search: 0, describe: 0 });
}, 30_000);
