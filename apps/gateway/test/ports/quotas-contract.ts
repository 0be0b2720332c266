// What every adapter of Quotas promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { QuotaDecision, Quotas } from '../../src/governance/quotas.ts';

/** One empty store, opened twice as two gateways would, and a way to let time pass for it. */
export interface OpenedQuotas {
  readonly first: Quotas;
  readonly second: Quotas;
  elapse(millis: number): Promise<void>;
}

function countAllowed(decisions: readonly QuotaDecision[]): number {
  return decisions.filter(({ outcome }) => outcome === 'allowed').length;
}

export function quotasContract(name: string, open: (ratePerMinute: number) => Promise<OpenedQuotas>): void {
  describe(`${name} as Quotas`, () => {
    test('allows as many operations a minute as are set, over all gateways', async () => {
      const { first, second } = await open(3);
      const decisions = [await first.consume('ada'), await second.consume('ada'), await first.consume('ada')];
      expect(countAllowed(decisions)).toBe(3);
      expect(await second.consume('ada')).toMatchObject({ outcome: 'throttled' });
    });

    test('says how long to wait in whole seconds, never longer than the minute', async () => {
      const { first, elapse } = await open(1);
      await first.consume('ada');
      expect(await first.consume('ada')).toEqual({ outcome: 'throttled', retryAfterSecs: 60 });
      await elapse(59_500);
      expect(await first.consume('ada')).toEqual({ outcome: 'throttled', retryAfterSecs: 1 });
    });

    test('of many operations at once exactly as many as are set are allowed', async () => {
      const { first, second } = await open(5);
      const asked = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? first : second).consume('ada'));
      expect(countAllowed(await Promise.all(asked))).toBe(5);
    });

    test('counts each principal by itself', async () => {
      const { first } = await open(1);
      expect(countAllowed([await first.consume('ada'), await first.consume('grace')])).toBe(2);
    });

    test('allows again when the minute is over', async () => {
      const { first, second, elapse } = await open(1);
      await first.consume('ada');
      await elapse(60_001);
      expect(await second.consume('ada')).toEqual({ outcome: 'allowed' });
    });
  });
}
