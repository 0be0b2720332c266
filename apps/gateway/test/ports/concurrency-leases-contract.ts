// What every adapter of ConcurrencyLeases promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { ConcurrencyLease, ConcurrencyLeases } from '../../src/governance/concurrency-leases.ts';

/** Opens one empty store twice, as two gateways would. */
export type OpenConcurrencyLeases = () => Promise<{
  readonly first: ConcurrencyLeases;
  readonly second: ConcurrencyLeases;
}>;

const NOW = 1_000_000;
const BOUNDS = { max: 2, now: NOW };

function leaseOf(id: string, principal = 'ada'): ConcurrencyLease {
  return { id, principal, expiresAt: NOW + 10_000 };
}

export function concurrencyLeasesContract(name: string, open: OpenConcurrencyLeases): void {
  describe(`${name} as ConcurrencyLeases`, () => {
    test('has as many places for a principal as are allowed, over all gateways', async () => {
      const { first, second } = await open();
      expect(await first.acquire(leaseOf('a'), BOUNDS)).toBe(true);
      expect(await second.acquire(leaseOf('b'), BOUNDS)).toBe(true);
      expect(await first.acquire(leaseOf('c'), BOUNDS)).toBe(false);
      expect(await second.acquire(leaseOf('d'), BOUNDS)).toBe(false);
    });

    test('the places of one principal are not those of another', async () => {
      const { first } = await open();
      const bounds = { ...BOUNDS, max: 1 };
      expect(await first.acquire(leaseOf('a', 'ada'), bounds)).toBe(true);
      expect(await first.acquire(leaseOf('b', 'grace'), bounds)).toBe(true);
    });

    test('of many that ask at once exactly as many as are allowed get a place', async () => {
      const { first, second } = await open();
      const asked = Array.from({ length: 20 }, (_, i) =>
        (i % 2 === 0 ? first : second).acquire(leaseOf(`${i}`), BOUNDS),
      );
      expect((await Promise.all(asked)).filter((isHeld) => isHeld)).toHaveLength(2);
    });

    test('a place that was given back is free, and is given back once', async () => {
      const { first, second } = await open();
      await first.acquire(leaseOf('a'), BOUNDS);
      await first.acquire(leaseOf('b'), BOUNDS);
      await Promise.all([first.release(leaseOf('a')), second.release(leaseOf('a'))]);
      expect(await second.acquire(leaseOf('c'), BOUNDS)).toBe(true);
      expect(await second.acquire(leaseOf('d'), BOUNDS)).toBe(false);
    });

    test('giving back what nobody holds changes nothing', async () => {
      const { first } = await open();
      await first.release(leaseOf('unknown'));
      await first.acquire(leaseOf('a'), { ...BOUNDS, max: 1 });
      await first.release(leaseOf('unknown'));
      expect(await first.acquire(leaseOf('b'), { ...BOUNDS, max: 1 })).toBe(false);
    });

    test.each([
      ['before', 9_999, false],
      ['at', 10_000, true],
      ['after', 10_001, true],
    ])('a place is free %s its expiry: %s', async (_, elapsed, isFree) => {
      const { first, second } = await open();
      await first.acquire(leaseOf('of a gateway that died'), { ...BOUNDS, max: 1 });
      expect(await second.acquire(leaseOf('b'), { max: 1, now: NOW + elapsed })).toBe(isFree);
    });

    test('a lease that is renewed holds its place', async () => {
      const { first, second } = await open();
      await first.acquire(leaseOf('a'), { ...BOUNDS, max: 1 });
      await first.renew([{ ...leaseOf('a'), expiresAt: NOW + 20_000 }]);
      expect(await second.acquire(leaseOf('b'), { max: 1, now: NOW + 10_001 })).toBe(false);
    });

    test('a lease that was released is not renewed', async () => {
      const { first } = await open();
      await first.acquire(leaseOf('a'), { ...BOUNDS, max: 1 });
      await first.release(leaseOf('a'));
      await first.renew([{ ...leaseOf('a'), expiresAt: NOW + 20_000 }]);
      expect(await first.acquire(leaseOf('b'), { ...BOUNDS, max: 1 })).toBe(true);
    });
  });
}
