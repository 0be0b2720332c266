// Rows that two workers make, at a Redis and in files, and what follows a search at another worker.
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../fixtures/callers.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { getJson, post, slugOf, startWithWorkers } from './worker-gateway.ts';

let folder: string;
let echo: EchoServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'worker-rows-'));
  echo = await startEchoServer({ repeat: { type: 'object' } });
});

afterAll(() => {
  echo.close();
  rmSync(folder, { recursive: true });
});

test('a search has all that follows it, whichever worker answers', async () => {
  const { url, stop } = await startWithWorkers({ config: { mcpServers: { echo: { url: echo.url } } } });
  const { body: search } = await post(url, '/v1/search', { query: 'repeat' });
  const [{ tool_slug: slug }] = search['hits'] as readonly [{ tool_slug: string }];
  const call = { tool_slug: slug, arguments: {}, meta: { search_id: search['search_id'] } };
  for (let i = 0; i < 4; i += 1) {
    expect(await post(url, '/v1/call', call)).toMatchObject({ status: 200 });
  }
  const { searches } = await getJson(url, '/v1/debug/search-telemetry');
  const followed = (searches as readonly { search_id: string; followups: readonly Json[] }[]).find(
    ({ search_id: id }) => id === search['search_id'],
  );
  expect(followed?.followups).toMatchObject(Array.from({ length: 4 }, () => ({ kind: 'call', selected_rank: 1 })));
  await stop();
});

describeWithTools({ describe, test }, ['redis-server'])('two workers at a Redis', () => {
  let redis: RunningRedis;
  let other: GatewayProcess;

  beforeAll(async () => {
    redis = await startRedis();
    other = await startGatewayProcess({ env: { DCC_MCP_REDIS_URL: redis.url } });
  });

  afterAll(async () => {
    await other.stop();
    await redis.stop();
  });

  test('say how rows reach others, and leave no finished row behind when they end', async () => {
    const { url, stop } = await startWithWorkers({
      config: { mcpServers: { echo: { url: echo.url } } },
      env: { DCC_MCP_REDIS_URL: redis.url, DCC_MCP_GATEWAY_AUDIT_DIR: folder },
    });
    const { stores } = await getJson(url, '/v1/debug/health');
    expect(stores).toMatchObject({ shared_rows: { state: 'ok', dropped: 0 } });
    await post(other.url, '/v1/call', { tool_slug: 'nothing' });
    const slug = await slugOf(url, 'repeat');
    const sent = Array.from({ length: 20 }, (_, i) => post(url, '/v1/call', { tool_slug: slug, arguments: { i } }));
    await Promise.all(sent);
    expect(await stop()).toBe(0);
    await until(async () => (await getJson(other.url, '/v1/debug/calls?limit=1'))['total'] === 21);
    expect(readFileSync(join(folder, 'audit.jsonl'), 'utf8').trim().split('\n')).toHaveLength(20);
  });
});
