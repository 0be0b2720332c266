// Limits count the requests of all workers together.
import { afterEach, expect, test } from '@jest/globals';
import { type GatewayProcess, post, startWithWorkers } from './worker-gateway.ts';

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
