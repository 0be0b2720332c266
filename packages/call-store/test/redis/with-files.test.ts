// Rows of several gateways beside the file of one of them.
import { MemoryCallStore } from '@dcc-mcp/call-store';
import { RedisCallStore } from '@dcc-mcp/call-store/redis';
import { IndexedCallStore, RowIndex } from '@dcc-mcp/call-store/sqlite';
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callRow, millisAt } from '../rows.ts';
import { clientCommands } from './client-commands.ts';
import { newPrefix, shareBy } from './two-gateways.ts';

describeWithTools({ describe, test }, ['redis-server'])('a gateway with a file among others', () => {
  let redis: RunningRedis;
  const directory = mkdtempSync(join(tmpdir(), 'shared-index-'));

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(async () => {
    await redis.stop();
    rmSync(directory, { recursive: true });
  });

  /** With a small memory, so that the file has what the memory has not. */
  async function openWithFile(keyPrefix: string, maxEntries = 5000) {
    const commands = await clientCommands(redis.url);
    const store = new RedisCallStore(new MemoryCallStore({ calls: 3 }), {
      commands,
      keyPrefix,
      serviceInstanceId: 'a',
      flushMillis: 5,
      maxEntries,
    });
    const index = new RowIndex(store.shared.own, { directory });
    await index.open();
    const settle = async (): Promise<void> => void (await Promise.all([index.flush(), store.shared.flush()]));
    const close = async (): Promise<void> => {
      await Promise.all([index.close(), store.shared.close()]);
      commands.close();
    };
    return { history: new IndexedCallStore(store, index), index, settle, close };
  }

  test('its file has its own rows, and its lists those of all, each once, over a restart', async () => {
    const keyPrefix = newPrefix();
    const b = await shareBy(redis.url, 'b', { keyPrefix });
    const first = await openWithFile(keyPrefix);
    for (let number = 1; number <= 10; number += 1) {
      (number % 2 === 0 ? b.store : first.history).append('calls', callRow(number));
    }
    await Promise.all([first.settle(), b.store.shared.flush()]);
    expect(first.index.health().rows).toBe(5);
    expect((await first.history.list('calls')).total).toBe(10);
    await first.close();
    const second = await openWithFile(keyPrefix);
    second.history.append('calls', callRow(11));
    await second.settle();
    const pages = [await second.history.list('calls', { limit: 6 })];
    pages.push(await second.history.list('calls', { limit: 6, cursor: pages[0]!.next_cursor! }));
    const ids = pages.flatMap(({ rows }) => rows.map(({ request_id: id }) => id));
    expect(ids).toEqual(Array.from({ length: 11 }, (_, index) => `req-${11 - index}`));
    expect(pages.map(({ total }) => total)).toEqual([11, 11]);
    expect(second.index.health().rows).toBe(6);
    const stats = await second.history.stats({ range: '1h', since: millisAt(0), until: millisAt(100) });
    expect(stats).toMatchObject({ total_calls: 11 });
    await Promise.all([second.close(), b.close()]);
  });

  test('sums say that they are not complete where the streams let rows of others go', async () => {
    const keyPrefix = newPrefix();
    const b = await shareBy(redis.url, 'b', { keyPrefix, maxEntries: 1 });
    const a = await openWithFile(keyPrefix, 1);
    a.history.append('calls', callRow(1));
    for (let number = 2; number <= 400; number += 1) {
      b.store.append('calls', callRow(number));
    }
    await Promise.all([a.settle(), b.store.shared.flush()]);
    const stats = await a.history.stats({ range: '1h', since: millisAt(1), until: millisAt(500) });
    expect(stats.complete).toBe(false);
    await Promise.all([a.close(), b.close()]);
  });
});
