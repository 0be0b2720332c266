import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterEach, describe, expect, test } from '@jest/globals';
import { GatewayRoster } from '../../src/cluster/redis/janitor/gateway-roster.ts';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { sharedRedis } from './fixtures/shared-redis.ts';

describeWithTools({ describe, test }, ['redis-server'])('the gateways at one Redis', () => {
  const redis = sharedRedis();
  const rosters: GatewayRoster[] = [];

  afterEach(async () => {
    await Promise.all(rosters.splice(0).map((roster) => roster.close()));
  });

  function made(link: RedisLink, id: string, now = Date.now): GatewayRoster {
    const roster = new GatewayRoster({ link, id, now });
    rosters.push(roster);
    return roster;
  }

  test('are those that serve: one that waits for its port knows of them and does not count', async () => {
    const { first, second } = await redis.pair();
    const [here, there, waiting] = [made(first, 'a'), made(second, 'b'), made(second, 'c')];
    await here.begin();
    await there.begin();
    await waiting.beat();
    await here.beat();
    expect([here.known, there.known, waiting.known]).toEqual([2, 2, 2]);
    expect([here.shareOf(10), here.shareOf(1)]).toEqual([5, 1]);
    await there.close();
    await here.beat();
    expect(here.known).toBe(1);
  });

  test('are no more those that have not been heard of for ten seconds', async () => {
    const { first, second } = await redis.pair();
    const [here, there] = [made(first, 'a'), made(second, 'b')];
    await here.begin();
    await there.begin();
    await first.send(['ZADD', first.key('gateways'), String(Date.now() - 10_001), 'b']);
    await here.beat();
    expect(here.known).toBe(1);
  });

  test('go by the clock of Redis, however wrong their own are', async () => {
    const { first, second } = await redis.pair();
    const [here, there] = [made(first, 'a'), made(second, 'b', () => Date.now() - 3_600_000)];
    await here.begin();
    await there.begin();
    await here.beat();
    expect([here.known, there.known]).toEqual([2, 2]);
    expect(Math.abs(there.skewMillis - 3_600_000)).toBeLessThan(1_000);
  });
});
