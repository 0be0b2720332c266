import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, expect, test } from '@jest/globals';
import { JoinedLeases } from '../../src/cluster/redis/limits/joined-leases.ts';
import { JoinedQuotas } from '../../src/cluster/redis/limits/joined-quotas.ts';
import { RedisLeases } from '../../src/cluster/redis/limits/redis-leases.ts';
import { RedisQuotas } from '../../src/cluster/redis/limits/redis-quotas.ts';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { MemoryConcurrencyLeases } from '../../src/governance/memory-concurrency-leases.ts';
import { MemoryQuotas } from '../../src/governance/memory-quotas.ts';
import { letPass, sharedRedis } from '../redis/fixtures/shared-redis.ts';
import { concurrencyLeasesContract } from './concurrency-leases-contract.ts';
import { quotasContract } from './quotas-contract.ts';

function joinedQuotas(link: RedisLink, ratePerMinute: number, name = 'operations'): JoinedQuotas {
  const remote = new RedisQuotas(link, ratePerMinute, name);
  return new JoinedQuotas({ link, remote, createLocal: () => new MemoryQuotas(1) });
}

function joinedLeases(link: RedisLink, seen: { readonly isUp: boolean } = link): JoinedLeases {
  const remote = new RedisLeases(link, () => 0);
  return new JoinedLeases({ link: seen, remote, local: new MemoryConcurrencyLeases(), shareOf: () => 1 });
}

describeWithTools({ describe, test }, ['redis-server'])('limits that gateways share', () => {
  const redis = sharedRedis();

  quotasContract('JoinedQuotas', async (ratePerMinute) => {
    const { first, second } = await redis.pair();
    return {
      first: joinedQuotas(first, ratePerMinute),
      second: joinedQuotas(second, ratePerMinute),
      elapse: (millis) => letPass(first, millis),
    };
  });

  concurrencyLeasesContract('JoinedLeases', async () => {
    const { first, second } = await redis.pair();
    return { first: joinedLeases(first), second: joinedLeases(second) };
  });

  test('quotas of several names count by themselves', async () => {
    const { first } = await redis.pair();
    const [all, writes] = [joinedQuotas(first, 1), joinedQuotas(first, 1, 'destructiveHint')];
    expect(await all.consume('ada')).toEqual({ outcome: 'allowed' });
    expect(await writes.consume('ada')).toEqual({ outcome: 'allowed' });
  });

  test('every key of a limit goes by itself', async () => {
    const { first } = await redis.pair();
    await joinedQuotas(first, 1).consume('ada');
    await joinedLeases(first).acquire(
      { id: 'a', principal: 'ada', expiresAt: Date.now() + 10_000 },
      { max: 1, now: Date.now() },
    );
    const keys = ['quota:operations:ada', 'leases:ada'].map((name) => first.key(name));
    const lives = await Promise.all(keys.map((key) => first.send(['PTTL', key])));
    expect(lives.every((millis) => Number(millis) > 0 && Number(millis) <= 60_000)).toBe(true);
  });

  test('a name of any length makes a short key, and stays apart from others', async () => {
    const { first } = await redis.pair();
    const quotas = joinedQuotas(first, 1);
    const names = ['x', 'y'].map((end) => `${'long '.repeat(2_000)}${end}`);
    expect(await Promise.all(names.map((name) => quotas.consume(name)))).toEqual(
      names.map(() => ({ outcome: 'allowed' })),
    );
    expect((await quotas.consume(names[0]!)).outcome).toBe('throttled');
    const [, keys] = (await first.send(['SCAN', '0', 'MATCH', `${first.key('')}*`, 'COUNT', '1000'])) as [
      string,
      string[],
    ];
    expect(Math.max(...keys.map(({ length }) => length))).toBeLessThan(200);
  });

  test('without Redis each gateway counts its share, and what it holds is entered when Redis is back', async () => {
    const { first, second } = await redis.pair();
    const seen = { isUp: false };
    const [here, there] = [joinedLeases(first, seen), joinedLeases(second)];
    const now = Date.now();
    const leaseOf = (id: string) => ({ id, principal: 'ada', expiresAt: now + 10_000 });
    const bounds = { max: 2, now };
    expect(await here.acquire(leaseOf('a'), bounds)).toBe(true);
    expect(await here.acquire(leaseOf('b'), bounds)).toBe(false);
    seen.isUp = true;
    await here.renew([leaseOf('a')]);
    expect(await there.acquire(leaseOf('c'), bounds)).toBe(true);
    expect(await there.acquire(leaseOf('d'), bounds)).toBe(false);
    await here.release(leaseOf('a'));
    expect(await there.acquire(leaseOf('e'), bounds)).toBe(true);
  });

  test('what Redis gave counts here, too, when Redis has gone', async () => {
    const { first } = await redis.pair();
    const seen = { isUp: true };
    const leases = joinedLeases(first, seen);
    const now = Date.now();
    const leaseOf = (id: string) => ({ id, principal: 'ada', expiresAt: now + 10_000 });
    expect(await leases.acquire(leaseOf('a'), { max: 5, now })).toBe(true);
    seen.isUp = false;
    expect(await leases.acquire(leaseOf('b'), { max: 5, now })).toBe(false);
  });
});
