import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
// What one gateway has seen of a tool, and what a person decided, holds at every gateway of the same Redis.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { until } from '../redis/fixtures/until.ts';
import { HeldLab, type Tool } from './held-lab.ts';

const cut: Tool = { name: 'cut', description: 'Cuts a mesh in two.', inputSchema: { type: 'object' } };
const other: Tool = { ...cut, description: 'Cuts a mesh in three.' };

describeWithTools({ describe, test }, ['redis-server'])('gateways at one Redis', () => {
  let redis: RunningRedis;
  let here: HeldLab;
  let there: HeldLab;

  beforeEach(async () => {
    redis = await startRedis();
    [here, there] = [new HeldLab(), new HeldLab()];
    here.env = there.env = { DCC_MCP_REDIS_URL: redis.url };
  });

  afterEach(async () => {
    await Promise.all([here.stop(), there.stop()]);
    await redis.stop();
  });

  test('a definition that changed is held by one that sees the tool for the first time, until a person approves it', async () => {
    here.tools.push(cut);
    await here.start();
    expect((await here.call('cut')).status).toBe(200);
    there.tools.push(other);
    await there.start();
    await until(async () => (await there.quarantine()).held.length === 1);
    expect((await there.call('cut')).status).not.toBe(200);
    const { code, stdout } = await here.approvals('approve', 'shop/cut');
    expect([code, stdout]).toEqual([0, expect.stringContaining('approved shop/cut')]);
    await until(async () => (await there.call('cut')).status === 200);
  });

  test('approvals are not decided on this machine alone while Redis is away', async () => {
    await redis.kill();
    const { code, stderr } = await here.approvals('list');
    expect([code, stderr]).toEqual([1, expect.stringContaining("approvals are in Redis, which can't be reached")]);
  });
});
