// What every adapter of GatewayAnnouncements promises. An adapter over another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { AnnouncedInstance, GatewayAnnouncements } from '../../src/registry/announced/gateway-announcements.ts';

/** Opens one empty store twice, as two gateways would; `letPass` makes it that much later for both. */
export type OpenAnnouncements = () => Promise<{
  readonly first: GatewayAnnouncements;
  readonly second: GatewayAnnouncements;
  letPass(millis: number): Promise<void>;
}>;

const MAYA: AnnouncedInstance = {
  key: 'maya',
  instanceId: '0f0e0d0c-0b0a-4908-8706-050403020100',
  dccType: 'maya',
  affinity: 'main',
  concurrency: 1,
  maxQueued: 256,
  timeoutMillis: 60_000,
  coercesArguments: true,
  toolFilter: { include: ['a*'], exclude: [] },
};
const ONE = { address: 'a-1', url: 'http://10.0.0.1:9765', instances: [MAYA] };
const OTHER = { address: 'b-2', instances: [] };

export function gatewayAnnouncementsContract(name: string, open: OpenAnnouncements): void {
  describe(`${name} as GatewayAnnouncements`, () => {
    test('what one says all see, in the order of addresses', async () => {
      const { first, second } = await open();
      await second.announce(OTHER);
      await first.announce(ONE);
      expect(await first.list()).toEqual([ONE, OTHER]);
      expect(await second.list()).toEqual([ONE, OTHER]);
    });

    test('what is said again takes the place of what was said', async () => {
      const { first, second } = await open();
      await first.announce(ONE);
      await second.list();
      await first.announce({ ...ONE, instances: [] });
      expect(await second.list()).toEqual([{ ...ONE, instances: [] }]);
      await first.announce(ONE);
      expect(await second.list()).toEqual([ONE]);
    });

    test('who leaves is gone at once, and who falls silent after 10 s', async () => {
      const { first, second, letPass } = await open();
      await first.announce(ONE);
      await second.announce(OTHER);
      await second.withdraw(OTHER.address);
      expect(await first.list()).toEqual([ONE]);
      await letPass(9_000);
      expect(await second.list()).toEqual([ONE]);
      await letPass(1_500);
      expect(await second.list()).toEqual([]);
    });

    test('a leave of who never came, or has left, changes nothing', async () => {
      const { first, second } = await open();
      await second.announce(OTHER);
      await first.withdraw('a-1');
      await second.withdraw('b-2');
      await second.withdraw('b-2');
      expect(await first.list()).toEqual([]);
    });

    test('all have one secret, which is long and stays', async () => {
      const { first, second } = await open();
      const [one, other] = await Promise.all([first.secret(), second.secret()]);
      expect(one).toMatch(/^[\w-]{43,}$/);
      expect([other, await first.secret(), await second.secret()]).toEqual([one, one, one]);
    });

    test('of more instances than there may be the first are said', async () => {
      const { first, second } = await open();
      const instances = Array.from({ length: 1_200 }, (_, index) => ({ ...MAYA, key: `maya-${index}` }));
      await first.announce({ ...ONE, instances });
      const [said] = await second.list();
      expect(said!.instances).toHaveLength(1_000);
      expect(said!.instances[0]!.key).toBe('maya-0');
    });
  });
}
