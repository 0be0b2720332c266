import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, test, beforeAll, afterAll } from '@jest/globals';
import { describeCallStore } from '../call-store-contract.ts';
import { newPrefix, shareBy } from './two-gateways.ts';

describeWithTools({ describe, test }, ['redis-server'])('RedisCallStore', () => {
  let redis: RunningRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.stop());

  describeCallStore('RedisCallStore, read where it was written,', async () => {
    const { store, close } = await shareBy(redis.url, 'a', { keyPrefix: newPrefix() });
    return { at: store, from: store, settle: async () => undefined, close };
  });

  describeCallStore('RedisCallStore, read at another gateway,', async () => {
    const keyPrefix = newPrefix();
    const [a, b] = await Promise.all([shareBy(redis.url, 'a', { keyPrefix }), shareBy(redis.url, 'b', { keyPrefix })]);
    return {
      at: a.store,
      from: b.store,
      settle: () => a.store.shared.flush(),
      close: async () => void (await Promise.all([a.close(), b.close()])),
    };
  });
});
