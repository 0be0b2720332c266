import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, expect, test } from '@jest/globals';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { JoinedSessionRecords } from '../../src/cluster/redis/sessions/joined-session-records.ts';
import { RedisSessionRecords } from '../../src/cluster/redis/sessions/redis-session-records.ts';
import type { SessionBounds } from '../../src/mcp/session/session-records.ts';
import { sessionRecordOf, sessionRecordsContract } from '../ports/session-records-contract.ts';
import { onError, roomsOfFile, untilJoined } from './fixtures/rooms.ts';
import { until } from './fixtures/until.ts';

const NOW = 1_000_000;
const KEY = { id: 'a', principal: undefined };

interface GatewayUnderTest {
  readonly link: RedisLink;
  readonly records: JoinedSessionRecords;
}

describeWithTools({ describe, test }, ['redis-server'])('sessions over Redis', () => {
  const rooms = roomsOfFile();

  sessionRecordsContract('RedisSessionRecords', async (bounds) => {
    const prefix = rooms.prefix();
    const open = async (gatewayId: string): Promise<RedisSessionRecords> =>
      new RedisSessionRecords({ link: await rooms.link(prefix), bounds, gatewayId });
    return { first: await open('first'), second: await open('second') };
  });

  async function gateway(
    prefix: string,
    gatewayId: string,
    bounds: Partial<SessionBounds> = {},
  ): Promise<GatewayUnderTest> {
    const link = await rooms.link(prefix);
    const records = new JoinedSessionRecords({ link, bounds, gatewayId, onError });
    await records.whenJoined();
    return { link, records: rooms.closing(records) };
  }

  async function pair(bounds?: Partial<SessionBounds>): Promise<readonly [GatewayUnderTest, GatewayUnderTest]> {
    const prefix = rooms.prefix();
    return [await gateway(prefix, 'first', bounds), await gateway(prefix, 'second', bounds)];
  }

  sessionRecordsContract('JoinedSessionRecords', async (bounds) => {
    // Over one connection: nobody waits until Redis has heard of a use, and it hears of it before what comes later.
    const link = await rooms.link(rooms.prefix());
    const open = (gatewayId: string): JoinedSessionRecords =>
      rooms.closing(new JoinedSessionRecords({ link, bounds, gatewayId, onError }));
    const [first, second] = [open('first'), open('second')];
    await Promise.all([first.whenJoined(), second.whenJoined()]);
    return { first, second };
  });

  test('a session that this gateway has served is served without a word to Redis, which hears of it once a second', async () => {
    const [{ link, records }] = await pair();
    await records.add(sessionRecordOf('a', NOW), NOW);
    await records.use(KEY, NOW);
    const calls = async (): Promise<number> =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(String(await link.send(['INFO', 'commandstats'])))?.[1]);
    const before = await calls();
    for (let i = 0; i < 100; i += 1) {
      await records.use(KEY, NOW + i);
    }
    expect((await calls()) - before).toBe(0);
    await records.use(KEY, NOW + 1_000);
    expect((await calls()) - before).toBe(1);
  });

  test('a session that ends at one gateway while another one reads it is served by neither', async () => {
    const [first, second] = await pair();
    const ids = Array.from({ length: 200 }, (_, index) => `read-${index}`);
    for (const id of ids) {
      const key = { id, principal: undefined };
      await first.records.add(sessionRecordOf(id, NOW), NOW);
      await Promise.all([second.records.use(key, NOW), first.records.end(id), second.records.use(key, NOW)]);
    }
    const served = async (): Promise<number> => {
      const all = await Promise.all(ids.map((id) => second.records.use({ id, principal: undefined }, NOW)));
      return all.filter((record) => record !== undefined).length;
    };
    await until(async () => (await served()) === 0);
    expect(await served()).toBe(0);
  });

  test('a session that ends at one gateway is not served by another that knows it', async () => {
    const [first, second] = await pair();
    await first.records.add(sessionRecordOf('a', NOW), NOW);
    expect(await second.records.use(KEY, NOW)).toBeDefined();
    await first.records.end('a');
    const ended = performance.now();
    // Neither the second that passes nor a read of Redis tells it.
    await until(async () => (await second.records.use(KEY, NOW)) === undefined);
    expect(performance.now() - ended).toBeLessThan(1_000);
  });

  test('where word of an end is lost, the next use that Redis hears of tells it', async () => {
    const [first, second] = await pair();
    await first.records.add(sessionRecordOf('a', NOW), NOW);
    await second.records.use(KEY, NOW);
    const keys = await first.link.send(['KEYS', first.link.key('*record:a')]);
    await first.link.send(['DEL', String((keys as string[])[0])]);
    expect(await second.records.use(KEY, NOW + 500)).toBeDefined();
    await second.records.use(KEY, NOW + 1_000);
    await until(async () => (await second.records.use(KEY, NOW + 1_001)) === undefined);
  });

  test('what another gateway changes is seen before the session is served again', async () => {
    const [first, second] = await pair();
    await first.records.add(sessionRecordOf('a', NOW), NOW);
    await second.records.use(KEY, NOW);
    await first.records.setLogLevel('a', 'error');
    await until(async () => (await second.records.use(KEY, NOW))?.logLevel === 'error');
    expect(await second.records.use(KEY, NOW)).toMatchObject({ id: 'a', logLevel: 'error' });
  });

  test('names of URIs with any characters in them are told apart', async () => {
    const [{ records }] = await pair();
    await records.add(sessionRecordOf('a', NOW), NOW);
    const uris = ['x:', 'x:\0', 'x:\\0', 'x:\0b', 'x:\u0001', 'x:b'];
    for (const uri of uris) {
      await records.subscribe('a', uri);
    }
    expect((await records.subscribedUris()).toSorted()).toEqual(uris.toSorted());
    expect(await records.subscribersOf('x:\0')).toEqual(['a']);
    await records.unsubscribe('a', 'x:\0');
    expect([await records.subscribersOf('x:\0'), await records.subscribersOf('x:')]).toEqual([[], ['a']]);
  });

  describe('while Redis is away', () => {
    test('known sessions go on, with what changes in them, and all is told when Redis is back', async () => {
      const [first, second] = await pair();
      await first.records.add(sessionRecordOf('a', NOW), NOW);
      await rooms.freeze(first, second);
      await first.records.subscribe('a', 'scene://one');
      expect(await first.records.use(KEY, NOW + 5_000)).toMatchObject({ id: 'a', lastUsedAt: NOW + 5_000 });
      await first.records.setLogLevel('a', 'error');
      expect(await first.records.subscribersOf('scene://one')).toEqual(['a']);
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await second.records.use(KEY, NOW + 5_000)).toMatchObject({ logLevel: 'error' });
      expect(await second.records.subscribersOf('scene://one')).toEqual(['a']);
    });

    test('new sessions are served here, and by all when Redis is back', async () => {
      const [first, second] = await pair();
      await rooms.freeze(first, second);
      await first.records.add(sessionRecordOf('new', NOW), NOW);
      await first.records.subscribe('new', 'scene://one');
      expect(await first.records.use({ ...KEY, id: 'new' }, NOW)).toMatchObject({ id: 'new' });
      await expect(second.records.use({ ...KEY, id: 'new' }, NOW)).rejects.toMatchObject({ httpStatus: 503 });
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await second.records.use({ ...KEY, id: 'new' }, NOW)).toMatchObject({ id: 'new' });
      expect(await second.records.subscribersOf('scene://one')).toEqual(['new']);
    });

    test('a session that ends here ends everywhere when Redis is back, and is counted once', async () => {
      const [first, second] = await pair();
      await first.records.add(sessionRecordOf('a', NOW), NOW);
      await second.records.use(KEY, NOW);
      await rooms.freeze(first, second);
      expect(await first.records.end('a')).toMatchObject({ record: { id: 'a' } });
      expect(await first.records.use(KEY, NOW)).toBeUndefined();
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      await until(async () => (await second.records.use(KEY, NOW)) === undefined);
      expect([await first.records.end('a'), await second.records.end('a')]).toEqual([undefined, undefined]);
    });

    test('somebody else’s session is not found, and one that others may know is not called unknown', async () => {
      const [first] = await pair();
      await first.records.add(sessionRecordOf('a', NOW, { principal: 'alice', share: 'alice' }), NOW);
      await rooms.freeze(first);
      expect(await first.records.use({ id: 'a', principal: 'bob' }, NOW)).toBeUndefined();
      await expect(first.records.find({ id: 'other', principal: 'bob' })).rejects.toMatchObject({ httpStatus: 503 });
      rooms.redis().resume();
      await untilJoined(first);
      expect(await first.records.find({ id: 'other', principal: 'bob' })).toBeUndefined();
    });

    test('there may be as many as ever', async () => {
      const [first] = await pair({ maxSessions: 2 });
      await rooms.freeze(first);
      await first.records.add(sessionRecordOf('a', NOW), NOW);
      await first.records.add(sessionRecordOf('b', NOW), NOW);
      expect(await first.records.add(sessionRecordOf('c', NOW), NOW)).toMatchObject({
        ended: [{ record: { id: 'a' } }],
      });
      rooms.redis().resume();
      await untilJoined(first);
    });

    test('sessions that only this gateway has end with it', async () => {
      const [first] = await pair();
      await first.records.add(sessionRecordOf('shared', NOW), NOW);
      await rooms.freeze(first);
      await first.records.add(sessionRecordOf('own', NOW), NOW);
      expect(await first.records.close()).toMatchObject([{ record: { id: 'own' } }]);
      rooms.redis().resume();
    });
  });

  test('a Redis that has lost all is told what each gateway knows', async () => {
    const [first, second] = await pair();
    await first.records.add(sessionRecordOf('a', NOW), NOW);
    await first.records.subscribe('a', 'scene://one');
    await first.link.send(['FLUSHALL']);
    // The next use that Redis hears of finds out.
    await first.records.use(KEY, NOW + 2_000);
    await until(async () => (await second.records.read(['a'])).length === 1);
    expect(await second.records.use(KEY, NOW + 2_000)).toMatchObject({ id: 'a' });
    expect(await second.records.subscribersOf('scene://one')).toEqual(['a']);
  });

  test('a session on the standard streams ends with its gateway, one over HTTP goes on', async () => {
    const [first, second] = await pair();
    await first.records.add({ ...sessionRecordOf('piped', NOW), transport: 'stdio' }, NOW);
    await first.records.add(sessionRecordOf('a', NOW), NOW);
    expect(await first.records.close()).toMatchObject([{ record: { id: 'piped' } }]);
    expect(await second.records.read(['piped', 'a'])).toMatchObject([{ id: 'a' }]);
  });
});
