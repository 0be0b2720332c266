import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FENCE, FencedLock } from '../../src/cluster/redis/janitor/fenced-lock.ts';
import { Janitor, LOCK_MILLIS } from '../../src/cluster/redis/janitor/janitor.ts';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { redisScript } from '../../src/cluster/redis/link/redis-script.ts';
import { letPass, sharedRedis } from './fixtures/shared-redis.ts';

const WRITE = redisScript(`${FENCE} return redis.call('SET', KEYS[1] .. 'written', ARGV[1])`);

function lockOf(link: RedisLink, id: string): FencedLock {
  return new FencedLock({ link, prefix: `${link.key('{instances}')}:`, id, millis: LOCK_MILLIS });
}

/** What whoever has that token writes. */
function write(link: RedisLink, token: string): Promise<unknown> {
  return link.run(WRITE, [`${link.key('{instances}')}:`], [token]);
}

describeWithTools({ describe, test }, ['redis-server'])('the lock of the janitor', () => {
  const redis = sharedRedis();

  test('is had by one of many that ask at once', async () => {
    const { first, second } = await redis.pair();
    const locks = Array.from({ length: 10 }, (_, i) => lockOf(i % 2 === 0 ? first : second, String(i)));
    const tokens = await Promise.all(locks.map((lock) => lock.acquire()));
    expect(tokens.filter((token) => token !== undefined)).toHaveLength(1);
  });

  test('is free when it was not renewed in time, and each token is above all before it', async () => {
    const { first, second } = await redis.pair();
    const [here, there] = [lockOf(first, 'a'), lockOf(second, 'b')];
    const token = await here.acquire();
    await letPass(first, LOCK_MILLIS - 2_000);
    expect([await here.renew(token!), await there.acquire()]).toEqual([true, undefined]);
    await letPass(first, LOCK_MILLIS - 2_000);
    expect(await there.acquire()).toBeUndefined();
    await letPass(first, LOCK_MILLIS);
    const later = await there.acquire();
    expect(Number(later)).toBeGreaterThan(Number(token));
    expect(await here.renew(token!)).toBe(false);
  });

  test('is not given back by one that has lost it', async () => {
    const { first, second } = await redis.pair();
    const token = await lockOf(first, 'a').acquire();
    await letPass(first, LOCK_MILLIS);
    const later = await lockOf(second, 'b').acquire();
    await lockOf(first, 'a').release(token!);
    expect(await lockOf(second, 'b').renew(later!)).toBe(true);
    await lockOf(second, 'b').release(later!);
    expect(await lockOf(first, 'a').acquire()).toBeDefined();
  });

  test('refuses what one writes that has lost it, whether another one has it or nobody', async () => {
    const { first, second } = await redis.pair();
    const token = await lockOf(first, 'a').acquire();
    expect(await write(first, token!)).toBe('OK');
    await letPass(first, LOCK_MILLIS);
    expect(await write(first, token!)).toBe(-1);
    const later = await lockOf(second, 'b').acquire();
    expect(await write(first, token!)).toBe(-1);
    expect(await write(second, later!)).toBe('OK');
  });
});

describe('the janitor', () => {
  let now = 0;
  const janitors: Janitor[] = [];
  const done: string[] = [];

  afterEach(async () => {
    await Promise.all(janitors.splice(0).map((janitor) => janitor.close()));
    done.splice(0);
  });

  function hired(lock: Partial<FencedLock>): Janitor {
    const whole = { acquire: async () => '1', renew: async () => true, release: async () => undefined, ...lock };
    const made = new Janitor({
      lock: whole,
      monotonic: () => now,
      duty: async (token) => void done.push(token),
      onError: (error) => {
        throw error;
      },
    });
    janitors.push(made);
    return made;
  }

  test('does its duty while it holds the lock, and only then', async () => {
    const waits = hired({ acquire: async () => undefined });
    await waits.turn();
    expect([waits.token, done]).toEqual([undefined, []]);
    const holds = hired({});
    await holds.turn();
    await holds.turn();
    expect([holds.token, done]).toEqual(['1', ['1', '1']]);
  });

  test('stops its duties when a renewal is late, by a clock that nobody sets', async () => {
    let isAway = false;
    const made = hired({
      renew: async () => {
        if (isAway) {
          throw new Error('away');
        }
        return true;
      },
    });
    await made.turn();
    isAway = true;
    now += 6_999;
    await made.turn();
    expect(made.token).toBe('1');
    now += 1;
    expect(made.token).toBeUndefined();
    expect(done).toEqual(['1']);
  });

  test('takes the lock anew when it was lost', async () => {
    let last = 0;
    const made = hired({ acquire: async () => String((last += 1)), renew: async () => false });
    await made.turn();
    await made.turn();
    expect([made.token, done]).toEqual(['2', ['1', '2']]);
  });
});
