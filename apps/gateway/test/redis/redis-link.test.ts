import { freePort } from '@dcc-mcp/test-kit/free-port';
import { type RedisServerOptions, type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createClient } from '@redis/client';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { openConnection } from '../../src/cluster/redis/link/open-connection.ts';
import { RedisUnavailable, slotTag } from '../../src/cluster/redis/link/redis-link.ts';
import { redisScript } from '../../src/cluster/redis/link/redis-script.ts';
import { withLocal } from '../../src/cluster/redis/link/with-local.ts';
import { type LinkUnderTest, openLink, whenDown, whenUp } from './fixtures/link.ts';

const redisNeeded = describeWithTools({ describe, test }, ['redis-server']);
const endings: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()));
});

async function redis(options?: RedisServerOptions): Promise<RunningRedis> {
  const server = await startRedis(options);
  endings.push(() => server.stop());
  return server;
}

async function opened(url: string, keyPrefix?: string): Promise<LinkUnderTest> {
  const made = await openLink(url, keyPrefix);
  endings.push(() => made.link.close());
  return made;
}

/** How long something took, in milliseconds. */
async function timed(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work.catch(() => undefined);
  return performance.now() - begun;
}

redisNeeded('a link to Redis', () => {
  test('sends commands, several in one round trip, and scripts', async () => {
    const { link, lines } = await opened((await redis()).url);
    await link.send(['HSET', link.key('a', 'b'), 'field', 'value']);
    expect(await link.send(['HGETALL', 'dcc-mcp:v1:a:b'])).toEqual({ field: 'value' });
    expect(
      await link.pipeline([
        ['INCR', 'n'],
        ['INCR', 'n'],
        ['GET', 'none'],
      ]),
    ).toEqual([1, 2, null]);
    const script = redisScript('return redis.call("INCRBY", KEYS[1], ARGV[1])');
    expect([await link.run(script, ['n'], ['5']), await link.run(script, ['n'], ['1'])]).toEqual([7, 8]);
    expect(lines).toEqual([expect.stringMatching(/^redis: state is shared by 127\.0\.0\.1:\d+$/)]);
  });

  test('is not made any more once nobody waits for it', async () => {
    const { port, url } = await redis();
    const address = { form: 'single', hosts: [{ host: '127.0.0.1', port }], isTls: false } as const;
    const signal = AbortSignal.abort(new Error('late'));
    await expect(openConnection(address, { signal, onLost: () => undefined })).rejects.toThrow('late');
    const { link } = await opened(url);
    expect(
      String(await link.send(['CLIENT', 'LIST']))
        .trim()
        .split('\n'),
    ).toHaveLength(1);
  });

  test('names keys by a prefix of the operator’s, and puts those of one thing into one slot', async () => {
    const { link } = await opened((await redis()).url, 'studio:');
    expect(link.key('sessions', slotTag('a{b}c'), 'x')).toBe('studio:v1:sessions:{a_b_c}:x');
  });

  test('hears what is published, by another one too, until it stops listening', async () => {
    const { url } = await redis();
    const [{ link }, { link: other }] = [await opened(url), await opened(url)];
    const heard = Promise.withResolvers<string>();
    const stop = link.subscribe('news', heard.resolve);
    while ((await other.send(['PUBLISH', 'news', 'one'])) === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await heard.promise).toBe('one');
    stop();
    while ((await other.send(['PUBLISH', 'news', 'two'])) !== 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  });

  test('waits inside Redis on a connection of its own', async () => {
    const { link } = await opened((await redis()).url);
    const reader = link.blocking();
    const read = reader.send(['XREAD', 'BLOCK', '5000', 'STREAMS', 's', '$'], 10_000);
    while (!String(await link.send(['CLIENT', 'LIST'])).includes('cmd=xread')) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await link.send(['XADD', 's', '1-0', 'field', 'value']);
    expect(await read).toEqual({ s: [['1-0', ['field', 'value']]] });
  });

  test('tells once what Redis refuses, and stays up', async () => {
    const { link, refused } = await opened((await redis()).url);
    await link.send(['SET', 'text', 'x']);
    await expect(link.send(['INCR', 'text'])).rejects.toBeInstanceOf(RedisUnavailable);
    await expect(link.send(['INCR', 'text'])).rejects.toBeInstanceOf(RedisUnavailable);
    expect([link.isUp, refused]).toEqual([true, ['ERR value is not an integer or out of range']]);
  });

  test('counts a Redis without memory as away, and joins when there is some', async () => {
    const server = await redis();
    const { link } = await opened(server.url);
    await link.send(['CONFIG', 'SET', 'maxmemory', '1']);
    await expect(link.send(['SET', 'a', 'b'])).rejects.toThrow('OOM');
    expect(link.status()).toMatchObject({ isUp: false, reason: expect.stringContaining('OOM') });
    const operator = createClient({ url: server.url });
    await operator.connect();
    await operator.sendCommand(['CONFIG', 'SET', 'maxmemory', '0']);
    operator.destroy();
    await whenUp(link);
    expect(await link.send(['SET', 'a', 'b'])).toBe('OK');
  });
});

redisNeeded('a Redis that is away', () => {
  test('is found later by a link that was opened without it, which says both once', async () => {
    const port = await freePort();
    const { link, lines } = await opened(`redis://127.0.0.1:${port}`);
    expect(link.status()).toMatchObject({ isUp: false, reason: expect.stringContaining('ECONNREFUSED') });
    expect(await timed(link.send(['PING']))).toBeLessThan(50);
    await redis({ port });
    await whenUp(link);
    expect(await link.send(['PING'])).toBe('PONG');
    expect(lines).toEqual([
      expect.stringMatching(/can't be used yet \(.*\); this gateway goes on with its own state/),
      expect.stringContaining('state is shared by'),
    ]);
  });

  test('costs no call a wait when it was killed, and is joined again with all subscriptions', async () => {
    const server = await redis();
    const { link, lines } = await opened(server.url);
    const heard = Promise.withResolvers<string>();
    link.subscribe('news', heard.resolve);
    await server.kill();
    await whenDown(link);
    expect(await timed(link.send(['PING']))).toBeLessThan(50);
    await redis({ port: server.port });
    await whenUp(link);
    await link.send(['PUBLISH', 'news', 'back']);
    expect(await heard.promise).toBe('back');
    expect(lines.map((line) => /shared by|is away|is back/.exec(line)?.[0])).toEqual([
      'shared by',
      'is away',
      'is back',
    ]);
  });

  test('costs the calls underway one short wait when it is frozen, the next ones none, and is joined when it goes on', async () => {
    const server = await redis();
    const { link } = await opened(server.url);
    server.pause();
    endings.unshift(() => server.resume());
    const waits = await Promise.all([timed(link.send(['PING'])), timed(link.run(redisScript('return 1'), [], []))]);
    expect(Math.max(...waits)).toBeLessThan(1_000);
    expect(await timed(link.pipeline([['PING']]))).toBeLessThan(50);
    expect(
      await withLocal(
        link,
        () => link.send(['PING']),
        () => 'local',
      ),
    ).toBe('local');
    server.resume();
    await whenUp(link);
    expect(await link.send(['PING'])).toBe('PONG');
  });

  test('is noticed within seconds when nobody asks', async () => {
    const server = await redis();
    const { link } = await opened(server.url);
    server.pause();
    endings.unshift(() => server.resume());
    await whenDown(link);
    expect(link.status().reason).toContain('no answer within');
  });

  test('counts as away where something else listens that never answers', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    endings.push(() => silent.close());
    const address = silent.address() as { port: number };
    const { link, lines } = await opened(`redis://127.0.0.1:${address.port}`);
    expect([link.isUp, lines]).toEqual([false, [expect.stringContaining('no connection within 2000 ms')]]);
  });
});

redisNeeded('who may use Redis', () => {
  test('is said by user and password, and a wrong one is told without it', async () => {
    const server = await redis({ args: ['--user', 'gateway', 'on', '>right', '~dcc-mcp:*', '&dcc-mcp:*', '+@all'] });
    const place = `127.0.0.1:${server.port}`;
    const { link } = await opened(`redis://gateway:right@${place}`);
    expect(await link.send(['GET', link.key('x')])).toBeNull();
    const wrong = await opened(`redis://gateway:hunter2@${place}`);
    expect(wrong.link.status().reason).toContain('WRONGPASS');
    expect(wrong.lines.join('')).not.toContain('hunter2');
  });
});
