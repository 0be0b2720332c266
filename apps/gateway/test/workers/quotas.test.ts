// Limits count the requests of all workers together.
import { afterEach, expect, test } from '@jest/globals';
import { maya } from '../fixtures/servers.ts';
import { type GatewayProcess, getJson, post, slugOf, startWithWorkers } from './worker-gateway.ts';

let gateway: GatewayProcess | undefined;

afterEach(async () => {
  await gateway?.stop();
});

test('a caller has as many requests a minute as are set, over both workers', async () => {
  gateway = await startWithWorkers({ env: { DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE: '6' } });
  const statuses: number[] = [];
  for (let i = 0; i < 10; i += 1) {
    statuses.push((await post(gateway.url, '/v1/search', { query: 'x' })).status);
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(6);
  expect(statuses.filter((status) => status === 429)).toHaveLength(4);
});

test('what limits refused and loops that were seen are told of all workers', async () => {
  gateway = await startWithWorkers({
    config: { mcpServers: { maya } },
    env: { DCC_MCP_GATEWAY_RATE_LIMIT_PER_MINUTE: '9', DCC_MCP_LOOP_CALLS: '2' },
  });
  const { url } = gateway;
  const call = { tool_slug: await slugOf(url, 'open_scene'), arguments: { path: '/p/a.ma' } };
  for (let i = 0; i < 12; i += 1) {
    await post(url, '/v1/call', call);
  }
  const { quota, stats } = await getJson(url, '/v1/debug/governance');
  expect(stats).toMatchObject({ throttled: 4 });
  expect(quota).toMatchObject({ throttled_total: 4, loop: { seen_total: 2 } });
});
