// A stdio server of one gateway process, used through another one, until its owner is killed.
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { connectCallers, findSlug } from '../fixtures/callers.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

const SEEING = join(import.meta.dirname, '../fixtures/seeing-server.ts');

describeWithTools({ describe, test }, ['redis-server'])('a stdio server that one of two gateways has', () => {
  let redis: RunningRedis;
  let owner: GatewayProcess;
  let other: GatewayProcess;

  beforeAll(async () => {
    redis = await startRedis();
    const env = { DCC_MCP_REDIS_URL: redis.url };
    const seeing = { command: process.execPath, args: [SEEING] };
    [owner, other] = await Promise.all([
      startGatewayProcess({ env, config: { mcpServers: { seeing } } }),
      startGatewayProcess({ env }),
    ]);
    await Promise.all([owner.ready(), other.ready()]);
  }, 30_000);

  afterAll(async () => {
    await Promise.all([owner.stop('SIGKILL'), other.stop('SIGKILL')]);
    await redis.stop();
  });

  async function statesAtOther(): Promise<readonly string[]> {
    const response = await fetch(`${other.url}/v1/instances`);
    const { instances } = (await response.json()) as { readonly instances: readonly { readonly status: string }[] };
    return instances.map(({ status }) => status);
  }

  test('is used by clients of all kinds through the other one, and leaves with its owner', async () => {
    await until(async () => (await statesAtOther()).includes('ready'), 10_000);
    const slug = await findSlug(other.url, 'seeing', 'seen');
    const callers = await connectCallers(other.url);
    for (const caller of callers) {
      expect(await caller.run('call', { tool_slug: slug, arguments: {} })).toMatchObject({ ok: true });
    }
    await Promise.all(callers.map((caller) => caller.close()));
    expect(`${owner.stderr()}${other.stderr()}`).not.toContain('internal error');
    await owner.stop('SIGKILL');
    await until(async () => (await statesAtOther()).length === 0, 15_000);
    expect(await statesAtOther()).toEqual([]);
  }, 40_000);
});
