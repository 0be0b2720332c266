import { quickest } from '@dcc-mcp/test-kit/quickest';
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RedisGatewayAnnouncements } from '../../src/cluster/redis/neighbours/redis-gateway-announcements.ts';
import { RedisGatewayMessages } from '../../src/cluster/redis/neighbours/redis-gateway-messages.ts';
import { gatewayAnnouncementsContract } from '../ports/gateway-announcements-contract.ts';
import { gatewayMessagesContract } from '../ports/gateway-messages-contract.ts';
import { openLink, whenDown, whenUp } from './fixtures/link.ts';
import { roomsOfFile } from './fixtures/rooms.ts';
import { until } from './fixtures/until.ts';

describeWithTools({ describe, test }, ['redis-server'])('gateways at one Redis', () => {
  const rooms = roomsOfFile();
  let joined = 0;
  let prefix = '';

  gatewayMessagesContract('RedisGatewayMessages', async (onError) => {
    prefix = joined % 3 === 0 ? rooms.prefix() : prefix;
    joined += 1;
    const link = await rooms.link(prefix);
    const messages = new RedisGatewayMessages(link, onError);
    await until(async () => {
      const counts = await link.send(['PUBSUB', 'NUMSUB', link.key('messages', messages.address)]);
      return JSON.stringify(counts).endsWith('1]');
    });
    return messages;
  });

  gatewayAnnouncementsContract('RedisGatewayAnnouncements', async () => {
    const own = rooms.prefix();
    const [one, two] = [await rooms.link(own), await rooms.link(own)];
    return {
      first: new RedisGatewayAnnouncements(one, Date.now),
      second: new RedisGatewayAnnouncements(two, Date.now),
      // The clock that counts is that of Redis: what was said is as much older.
      letPass: async (millis) => {
        const key = one.key('{neighbours}', 'said');
        const members = (await one.send(['ZRANGE', key, '0', '-1'])) as readonly string[];
        for (const member of members) {
          await one.send(['ZINCRBY', key, String(-millis), member]);
        }
      },
    };
  });
});

describeWithTools({ describe, test }, ['redis-server'])('gateways whose Redis goes away', () => {
  let redis: RunningRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });

  afterAll(() => redis.stop());

  test('know what was said last, tell nobody anything, and are as before when it is back', async () => {
    const [{ link: first }, { link: second }] = [await openLink(redis.url), await openLink(redis.url)];
    const [one, other] = [
      new RedisGatewayAnnouncements(first, Date.now),
      new RedisGatewayAnnouncements(second, Date.now),
    ];
    const messages = new RedisGatewayMessages(first, () => {});
    const said = { address: 'a-1', url: 'http://10.0.0.1:1', instances: [] };
    await one.announce(said);
    const secret = await one.secret();
    expect(await other.list()).toEqual([said]);
    redis.pause();
    await Promise.all([whenDown(first), whenDown(second)]);
    const millis = await quickest(async () => {
      expect(await other.list()).toEqual([said]);
      expect(await one.secret()).toBe(secret);
      await one.announce(said);
      expect(await messages.publish({ topic: 't', body: {} })).toBe(false);
    });
    expect(millis).toBeLessThan(100);
    await redis.kill();
    redis.resume();
    await redis.stop();
    redis = await startRedis({ port: redis.port });
    await Promise.all([whenUp(first), whenUp(second)]);
    expect(await other.list()).toEqual([said]);
    await one.announce(said);
    expect(await one.secret()).toBe(secret);
    expect(await other.secret()).toBe(secret);
    expect(await messages.publish({ topic: 't', body: {} })).toBe(true);
    first.close();
    second.close();
  });
});
