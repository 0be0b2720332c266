import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { RedisLink } from '../../src/cluster/redis/link/redis-link.ts';
import { JoinedRegisteredInstances } from '../../src/cluster/redis/registry/joined-registered-instances.ts';
import type { Registration } from '../../src/registry/http/registered-instances.ts';
import { LEAVES } from '../../src/registry/table/leave.ts';
import { registeredInstancesContract } from '../ports/registered-instances-contract.ts';
import { onError, roomsOfFile, untilJoined } from './fixtures/rooms.ts';

function registration(name: string, more: Partial<Registration> = {}): Registration {
  return { instanceId: name, dccType: 'maya', mcpUrl: 'http://127.0.0.1:1/mcp', ttlSecs: 30, ...more };
}

const UNREACHABLE = LEAVES.probesFailed(3, 'connection refused');

describeWithTools({ describe, test }, ['redis-server'])('registered instances over Redis', () => {
  const rooms = roomsOfFile();
  let now = 1_000_000;

  interface GatewayUnderTest {
    readonly link: RedisLink;
    readonly records: JoinedRegisteredInstances;
  }

  async function gateway(prefix: string): Promise<GatewayUnderTest> {
    const link = await rooms.link(prefix);
    const records = new JoinedRegisteredInstances({ link, id: randomUUID(), now: () => now, onError });
    await records.whenJoined();
    await records.clean();
    return { link, records: rooms.closing(records) };
  }

  async function pair(): Promise<readonly [GatewayUnderTest, GatewayUnderTest]> {
    const prefix = rooms.prefix();
    return [await gateway(prefix), await gateway(prefix)];
  }

  async function idsOf({ records }: GatewayUnderTest): Promise<readonly string[]> {
    return (await records.list()).map(({ instanceId }) => instanceId).toSorted();
  }

  registeredInstancesContract('JoinedRegisteredInstances', async () => {
    const [first, second] = await pair();
    return {
      first: first.records,
      second: second.records,
      elapse: async (millis) => {
        now += millis;
      },
    };
  });

  test('the row of an instance lives in Redis as long as it may be silent', async () => {
    const [{ link, records }] = await pair();
    await records.register(registration('maya', { ttlSecs: 7 }));
    const left = Number(await link.send(['PTTL', link.key('{instances}', 'instance', 'maya')]));
    expect(left).toBeGreaterThan(6_000);
    expect(left).toBeLessThanOrEqual(7_000);
  });

  test('an instance on the loopback of one machine is none of another, and stays registered', async () => {
    const prefix = rooms.prefix();
    const on = async (machine: string, id: string): Promise<JoinedRegisteredInstances> => {
      const records = new JoinedRegisteredInstances({
        link: await rooms.link(prefix),
        machine,
        id,
        now: () => now,
        onError,
      });
      await records.whenJoined();
      return rooms.closing(records);
    };
    const [here, beside, away] = [await on('a', '1'), await on('a', '2'), await on('b', '3')];
    for (const [name, host] of [
      ['v4', '127.0.0.1'],
      ['v6', '[::1]'],
      ['name', 'localhost'],
      ['far', '10.0.0.7'],
    ]) {
      await here.register(registration(name!, { mcpUrl: `http://${host}:8765/mcp` }));
    }
    expect((await beside.list()).map(({ instanceId }) => instanceId).toSorted()).toEqual(['far', 'name', 'v4', 'v6']);
    expect((await away.list()).map(({ instanceId }) => instanceId)).toEqual(['far']);
    expect(await away.heartbeat('v4')).toMatchObject({ instanceId: 'v4', isElsewhere: true });
    expect((await away.list()).map(({ instanceId }) => instanceId)).toEqual(['far']);
    expect(await here.get('v4')).not.toHaveProperty('isElsewhere');
    expect(await away.remove('v4')).toBe(true);
    expect((await here.list()).map(({ instanceId }) => instanceId)).not.toContain('v4');
  });

  describe('while Redis is away', () => {
    test('those of other gateways stand as they were known, and own ones still have to be heard of', async () => {
      const [first, second] = await pair();
      await first.records.register(registration('own'));
      await first.records.register(registration('silent'));
      await second.records.register(registration('other'));
      expect(await idsOf(first)).toEqual(['other', 'own', 'silent']);
      await rooms.freeze(first, second);
      now += 20_000;
      expect(await first.records.heartbeat('own', { scene: 'b.ma' })).toMatchObject({ scene: 'b.ma' });
      now += 20_000;
      expect(await idsOf(first)).toEqual(['other', 'own']);
      expect(await first.records.get('other')).toMatchObject({ instanceId: 'other' });
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await idsOf(second)).toEqual(['own']);
      expect(await second.records.get('own')).toMatchObject({ scene: 'b.ma' });
    });

    test('what registers here, or goes, is told when Redis is back', async () => {
      const [first, second] = await pair();
      await second.records.register(registration('leaves'));
      await first.records.list();
      await rooms.freeze(first, second);
      expect(await first.records.register(registration('comes'))).toMatchObject({ kind: 'added' });
      expect([await first.records.remove('leaves'), await first.records.remove('leaves')]).toEqual([true, false]);
      expect(await idsOf(first)).toEqual(['comes']);
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await idsOf(second)).toEqual(['comes']);
    });

    test('another address is refused as ever, also where the other gateway registered the first one', async () => {
      const [first, second] = await pair();
      await second.records.register(registration('maya', { owner: 'ada' }));
      await first.records.list();
      await rooms.freeze(first, second);
      const moved = registration('maya', { mcpUrl: 'http://127.0.0.1:2/mcp' });
      expect((await first.records.register({ ...moved, owner: 'grace' })).kind).toBe('conflict');
      expect((await first.records.register({ ...moved, owner: 'ada' })).kind).toBe('updated');
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await second.records.get('maya')).toMatchObject({ mcpUrl: 'http://127.0.0.1:2/mcp', owner: 'ada' });
    });

    test('of two that registered one instance at two gateways the one that Redis hears of first has it', async () => {
      const [first, second] = await pair();
      await rooms.freeze(first, second);
      await Promise.all([
        first.records.register(registration('maya')),
        second.records.register(registration('maya', { mcpUrl: 'http://127.0.0.1:2/mcp' })),
      ]);
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      const [one, other] = await Promise.all([first.records.list(), second.records.list()]);
      expect(one).toHaveLength(1);
      expect(one).toEqual(other);
    });

    test('a Redis that comes back empty is told what each gateway heard of', async () => {
      const [first, second] = await pair();
      await first.records.register(registration('maya'));
      await second.records.register(registration('blender'));
      await first.link.send(['FLUSHALL']);
      await rooms.freeze(first, second);
      await Promise.all([first.records.heartbeat('maya'), second.records.heartbeat('blender')]);
      rooms.redis().resume();
      await Promise.all([untilJoined(first), untilJoined(second)]);
      expect(await idsOf(first)).toEqual(['blender', 'maya']);
    });
  });

  describe('one that a gateway can’t reach', () => {
    test('is taken out for all by the one of them that cleans up, and by no other', async () => {
      const [first, second] = await pair();
      await second.records.register(registration('maya'));
      expect(await second.records.remove('maya', UNREACHABLE)).toBe(false);
      expect(await idsOf(first)).toEqual(['maya']);
      expect(await first.records.remove('maya', UNREACHABLE)).toBe(true);
      expect(await idsOf(second)).toEqual([]);
    });

    test('is taken out by another one when the first has left', async () => {
      const [first, second] = await pair();
      await first.records.register(registration('maya'));
      await first.records.close();
      await second.records.clean();
      expect(await second.records.remove('maya', UNREACHABLE)).toBe(true);
    });

    test('stays when whoever took it out has lost the lock to another one meanwhile', async () => {
      const [first, second] = await pair();
      await first.records.register(registration('maya'));
      await first.link.send(['DEL', first.link.key('{instances}', 'janitor')]);
      await second.records.clean();
      expect(await first.records.remove('maya', UNREACHABLE)).toBe(false);
      expect(await idsOf(second)).toEqual(['maya']);
    });
  });

  test('what is overdue is taken out of Redis by the janitor', async () => {
    const [first] = await pair();
    await first.records.register(registration('maya', { ttlSecs: 10 }));
    now += 10_001;
    await first.records.clean();
    expect(await first.link.send(['ZCARD', first.link.key('{instances}', 'ends')])).toBe(0);
  });
});
