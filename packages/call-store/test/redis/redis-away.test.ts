// What becomes of rows while Redis is gone, frozen, or has lost its memory.
import { type LiveEvent, MemoryCallStore } from '@dcc-mcp/call-store';
import { RedisCallStore, type RedisCommands } from '@dcc-mcp/call-store/redis';
import { quickest } from '@dcc-mcp/test-kit/quickest';
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient } from '@redis/client';
import { callRow, traceOf } from '../rows.ts';
import { until } from '../until.ts';
import { clientCommands } from './client-commands.ts';
import { type SharingGateway, newPrefix, shareBy } from './two-gateways.ts';

const OUTSIDE = { lookMillis: 200 };

const append = ({ store }: SharingGateway, ...numbers: readonly number[]): void =>
  numbers.forEach((number) => store.append('calls', callRow(number)));
const totalAt = async ({ store }: SharingGateway): Promise<number> => (await store.list('calls')).total;

describeWithTools({ describe, test }, ['redis-server'])('rows while Redis is away', () => {
  let redis: RunningRedis;
  let keyPrefix: string;
  let a: SharingGateway;
  let b: SharingGateway;

  beforeEach(async () => {
    redis = await startRedis();
    keyPrefix = newPrefix();
    [a, b] = await Promise.all([
      shareBy(redis.url, 'a', { keyPrefix, ...OUTSIDE }),
      shareBy(redis.url, 'b', { keyPrefix, ...OUTSIDE }),
    ]);
  });

  afterEach(async () => {
    redis.resume();
    await Promise.all([a.close(), b.close()]);
    await redis.stop();
  });

  async function freeze(): Promise<void> {
    redis.pause();
    void a.commands.send(['PING'], { deadlineMillis: 50 }).catch(() => undefined);
    void b.commands.send(['PING'], { deadlineMillis: 50 }).catch(() => undefined);
    await until(() => !a.commands.isUp && !b.commands.isUp);
  }

  async function streamIds(): Promise<readonly string[]> {
    const client = await createClient({ url: redis.url }).connect();
    const entries = await client.xRange(`${keyPrefix}:calls`, '-', '+');
    client.destroy();
    return entries!.map(({ message }) => message['i']!);
  }

  test('stopped: rows stay where they were made, and one that is new begins with all that is still known', async () => {
    append(a, 1, 2);
    await a.store.shared.flush();
    expect(await totalAt(b)).toBe(2);
    await redis.kill();
    await until(() => !a.commands.isUp && !b.commands.isUp);
    append(a, 3);
    append(b, 4);
    expect([await totalAt(a), await totalAt(b)]).toEqual([3, 3]);
    expect(a.store.shared.health()).toMatchObject({ state: 'failing', queued: 1, dropped: 0 });
    const again = await startRedis({ port: redis.port });
    await until(async () => (await totalAt(a)) === 4 && (await totalAt(b)) === 4);
    expect(a.store.shared.health()).toMatchObject({ state: 'ok', queued: 0, dropped: 0 });
    const late = await shareBy(redis.url, 'c', { keyPrefix });
    await until(async () => (await totalAt(late)) === 4);
    await late.close();
    await again.stop();
  });

  test('frozen: nobody waits, lists are given from here, and back each row is written once', async () => {
    append(a, 1);
    await a.store.shared.flush();
    await freeze();
    append(a, 2, 3);
    const millis = await quickest(async () => expect(await totalAt(a)).toBe(3));
    expect(millis).toBeLessThan(150);
    redis.resume();
    await until(async () => (await totalAt(b)) === 3);
    const ids = await streamIds();
    expect([ids.length, new Set(ids).size]).toEqual([3, 3]);
  });

  test('frozen while a batch is underway: what arrived all the same is not written again', async () => {
    redis.pause();
    append(a, 1, 2, 3);
    await until(() => !a.commands.isUp);
    redis.resume();
    await until(async () => (await totalAt(b)) === 3);
    await a.store.shared.flush();
    const ids = await streamIds();
    expect([ids.length, new Set(ids).size]).toEqual([3, 3]);
  });

  test('who listens is told of own rows meanwhile, of those of others after it, and of none twice', async () => {
    const events: LiveEvent[] = [];
    a.store.subscribe(['calls'], (event) => events.push(event));
    append(a, 1);
    await until(() => events.length === 1);
    await freeze();
    append(a, 2);
    append(b, 3);
    await until(() => events.length === 2);
    redis.resume();
    await until(() => events.length === 3);
    append(b, 4);
    await until(() => events.length === 4);
    const numbers = events.map((event) => event.type === 'row' && event.kind === 'calls' && event.row.request_id);
    expect(numbers).toEqual(['req-1', 'req-2', 'req-3', 'req-4']);
  });

  test('a Redis that lost its memory is given what waits, and of the rest the newest that have room', async () => {
    const c = await shareBy(redis.url, 'c', { keyPrefix, maxQueuedRows: 10 });
    for (let number = 0; number < 30; number += 1) {
      append(c, number);
      await c.store.shared.flush();
    }
    await redis.kill();
    await until(() => !c.commands.isUp);
    append(c, 30, 31, 32);
    const again = await startRedis({ port: redis.port });
    await until(async () => (await totalAt(b)) === 10);
    const { rows } = await b.store.list('calls');
    expect(rows.map(({ request_id: id }) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `req-${32 - index}`));
    expect(c.store.shared.health()).toMatchObject({ queued: 0, dropped: 0 });
    await c.close();
    await again.stop();
  });

  test('a row that is written while a reader joins is told of once', async () => {
    const commands = await clientCommands(redis.url);
    let store: RedisCallStore | undefined;
    const slow: RedisCommands = {
      isUp: true,
      send: (command, options) => commands.send(command, options),
      onUp: (listener) => commands.onUp(listener),
      onDown: (listener) => commands.onDown(listener),
      blocking: () => {
        const blocking = commands.blocking();
        return {
          send: async (command, deadlineMillis) => {
            const answer = await blocking.send(command, deadlineMillis);
            if (command[0] === 'XRANGE' && command[1] === `${keyPrefix}:activity`) {
              // The streams were read, and the reader has not joined yet.
              await store?.shared.flush();
            }
            return answer;
          },
          close: () => blocking.close(),
        };
      },
    };
    store = new RedisCallStore(new MemoryCallStore(), {
      commands: slow,
      serviceInstanceId: 'd',
      keyPrefix,
      flushMillis: 60_000,
    });
    const events: LiveEvent[] = [];
    store.subscribe(['calls', 'activity'], (event) => events.push(event));
    const [first, second] = [callRow(1), callRow(2)];
    store.append('calls', first);
    await until(() => events.length >= 2);
    store.append('calls', second);
    await store.shared.flush();
    await until(() => events.some((event) => event.type === 'row' && event.id === second.row_id));
    const told = events.map((event) => event.type === 'row' && [event.kind, event.id]);
    expect(told).toEqual(
      [first, second].flatMap(({ row_id: id }) => [
        ['calls', id],
        ['activity', id],
      ]),
    );
    await store.shared.close();
    commands.close();
  });

  test('what waits has a bound: the oldest go, and are counted', async () => {
    let dropped = 0;
    const c = await shareBy(redis.url, 'c', { keyPrefix, maxQueuedRows: 10, onDropped: () => (dropped += 1) });
    await redis.kill();
    await until(() => !c.commands.isUp);
    for (let number = 0; number < 25; number += 1) {
      append(c, number);
    }
    expect(c.store.shared.health()).toMatchObject({ queued: 10, dropped: 15 });
    expect(dropped).toBe(15);
    const again = await startRedis({ port: redis.port });
    await until(() => c.store.shared.health().queued === 0);
    // The 15 that lie in the memory of the process are still told of there.
    expect(await totalAt(c)).toBe(25);
    await c.close();
    await again.stop();
  });

  test('large payloads that wait have a bound in bytes', async () => {
    const c = await shareBy(redis.url, 'c', { keyPrefix, maxQueuedBytes: 100_000 });
    await redis.kill();
    await until(() => !c.commands.isUp);
    const payload = { mime_type: 'text/plain', truncated: false, original_size: 1, estimated_tokens: 1, redactions: 0 };
    for (let number = 0; number < 10; number += 1) {
      c.store.append('traces', traceOf(number, { output: { ...payload, content: 'x'.repeat(30_000) } }));
    }
    expect(c.store.shared.health().queued).toBe(3);
    await c.close();
  });

  test('the end writes what waits before it is over', async () => {
    const c = await shareBy(redis.url, 'c', { keyPrefix, flushMillis: 60_000 });
    append(c, ...Array.from({ length: 300 }, (_, index) => index));
    await c.store.shared.close();
    expect(await totalAt(b)).toBe(300);
    expect(c.store.shared.health()).toMatchObject({ queued: 0, dropped: 0, rows: 300 });
    await c.close();
  });
});
