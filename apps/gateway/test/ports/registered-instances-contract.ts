// What every adapter of RegisteredInstances promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import {
  MAX_REGISTERED,
  type RegisteredInstances,
  type Registration,
} from '../../src/registry/http/registered-instances.ts';
import { LEAVES } from '../../src/registry/table/leave.ts';

/** One empty store, opened twice as two gateways would, and a way to let time pass for it. */
export interface OpenedInstances {
  readonly first: RegisteredInstances;
  readonly second: RegisteredInstances;
  elapse(millis: number): Promise<void>;
}

const ID = '0a1b2c3d-0000-4000-8000-000000000000';

function registration(more: Partial<Registration> = {}): Registration {
  return { instanceId: ID, dccType: 'maya', mcpUrl: 'http://127.0.0.1:1/mcp', ttlSecs: 30, ...more };
}

function toId(i: number): string {
  return `${i.toString(16).padStart(8, '0')}${ID.slice(8)}`;
}

const ELSEWHERE = { mcpUrl: 'http://127.0.0.1:2/mcp' };

export function registeredInstancesContract(name: string, open: () => Promise<OpenedInstances>): void {
  describe(`${name} as RegisteredInstances`, () => {
    test('has what was registered at another gateway, as it was said', async () => {
      const { first, second } = await open();
      const told = registration({ scene: 'a.ma', adapterVersion: '1', peer: '127.0.0.1', owner: 'ada' });
      expect(await first.register(told)).toMatchObject({ kind: 'added', instance: told });
      expect(await second.get(ID)).toMatchObject(told);
      expect(await second.list()).toMatchObject([told]);
    });

    test('updates what is registered, and keeps since when', async () => {
      const { first, second, elapse } = await open();
      await first.register(registration());
      const before = await first.get(ID);
      await elapse(1_000);
      expect(await second.register(registration({ scene: 'b.ma' }))).toMatchObject({
        kind: 'updated',
        instance: { scene: 'b.ma', registeredAt: before!.registeredAt, heartbeatAt: before!.heartbeatAt + 1_000 },
      });
    });

    test('of two at once with two addresses exactly one is registered', async () => {
      const { first, second } = await open();
      const outcomes = await Promise.all([first.register(registration()), second.register(registration(ELSEWHERE))]);
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['added', 'conflict']);
    });

    test('another address is for whoever registered it first, and stays theirs', async () => {
      const { first, second } = await open();
      await first.register(registration({ owner: 'ada' }));
      expect((await second.register(registration({ owner: 'grace' }))).kind).toBe('updated');
      expect((await second.register(registration({ ...ELSEWHERE, owner: 'grace' }))).kind).toBe('conflict');
      expect((await second.register(registration(ELSEWHERE))).kind).toBe('conflict');
      expect(await second.register(registration({ ...ELSEWHERE, owner: 'ada' }))).toMatchObject({
        kind: 'updated',
        instance: { ...ELSEWHERE, owner: 'ada' },
      });
    });

    test('where callers are not told apart nobody moves it', async () => {
      const { first } = await open();
      await first.register(registration());
      expect((await first.register(registration(ELSEWHERE))).kind).toBe('conflict');
    });

    test('is there until its time to live has passed since it was last heard of, and then is as if it had not been', async () => {
      const { first, second, elapse } = await open();
      await first.register(registration({ ttlSecs: 2 }));
      await elapse(1_500);
      expect(await second.heartbeat(ID)).toMatchObject({ instanceId: ID });
      await elapse(1_999);
      expect(await first.get(ID)).toBeDefined();
      await elapse(1);
      expect([await first.get(ID), await first.heartbeat(ID), await second.list()]).toEqual([undefined, undefined, []]);
      expect(await second.remove(ID)).toBe(false);
      expect((await second.register(registration(ELSEWHERE))).kind).toBe('added');
    });

    test('a heartbeat takes what has changed, and leaves the rest', async () => {
      const { first, second } = await open();
      await first.register(registration({ scene: 'a.ma', capabilitiesFingerprint: 'one' }));
      await second.heartbeat(ID, { scene: 'b.ma' });
      expect(await first.get(ID)).toMatchObject({ scene: 'b.ma', capabilitiesFingerprint: 'one' });
    });

    test('is gone for both when one removes it', async () => {
      const { first, second } = await open();
      await first.register(registration());
      expect([await second.remove(ID), await first.remove(ID)]).toEqual([true, false]);
      expect(await first.get(ID)).toBeUndefined();
    });

    test('both know for an hour how it has left, and no longer than until it is back', async () => {
      const { first, second } = await open();
      const leave = LEAVES.deregistered('Maya was closed');
      await first.register(registration());
      expect(await second.leaveOf(ID)).toBeUndefined();
      await first.remove(ID, leave);
      expect(await second.leaveOf(ID)).toEqual(leave);
      await first.remove(ID, LEAVES.deregistered('again'));
      expect(await second.leaveOf(ID)).toEqual(leave);
      await second.register(registration());
      expect(await first.leaveOf(ID)).toBeUndefined();
      await second.remove(ID);
      expect(await first.leaveOf(ID)).toBeUndefined();
    });

    test(`takes ${MAX_REGISTERED} and no more, and updates them still`, async () => {
      const { first } = await open();
      for (let i = 0; i < MAX_REGISTERED; i += 1) {
        await first.register(registration({ instanceId: toId(i) }));
      }
      expect((await first.register(registration({ instanceId: toId(MAX_REGISTERED) }))).kind).toBe('full');
      expect((await first.register(registration({ instanceId: toId(7) }))).kind).toBe('updated');
      await first.remove(toId(7));
      expect((await first.register(registration({ instanceId: toId(MAX_REGISTERED) }))).kind).toBe('added');
    });
  });
}
