// What every adapter of InputRounds promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { InputRound, InputRounds } from '../../src/mcp/input-rounds/input-rounds.ts';

/** Opens one empty store twice, as two gateways would. */
export type OpenInputRounds = (options: {
  readonly maxRounds?: number;
  readonly maxPerPrincipal?: number;
}) => Promise<{ readonly first: InputRounds; readonly second: InputRounds }>;

const NOW = 1_000_000;

function roundOf(requestState: string, principal?: string): InputRound {
  return { requestState, principal, gatewayId: 'gateway-1', keys: ['a', 'b'], expiresAt: NOW + 1_000 };
}

export function inputRoundsContract(name: string, open: OpenInputRounds): void {
  describe(`${name} as InputRounds`, () => {
    test('a round is found by every gateway as it was put', async () => {
      const { first, second } = await open({ maxRounds: 10 });
      await first.put(roundOf('one'));
      expect(await second.find('one', NOW)).toEqual(roundOf('one'));
    });

    test('knows nothing of a round that was never put or is removed', async () => {
      const { first, second } = await open({ maxRounds: 10 });
      await first.put(roundOf('one'));
      await Promise.all([first.remove('one'), second.remove('one'), first.remove('never')]);
      expect(await first.find('one', NOW)).toBeUndefined();
      expect(await first.find('never', NOW)).toBeUndefined();
    });

    test('what is put again replaces what was there', async () => {
      const { first, second } = await open({ maxRounds: 10 });
      await first.put(roundOf('one'));
      await first.put({ ...roundOf('one'), keys: ['c'], expiresAt: NOW + 5_000 });
      expect(await second.find('one', NOW + 2_000)).toMatchObject({ keys: ['c'] });
    });

    test.each([
      ['before', 999, true],
      ['at', 1_000, false],
      ['after', 1_001, false],
    ])('a round is there %s its expiry: %s', async (_, elapsed, isThere) => {
      const { first, second } = await open({ maxRounds: 10 });
      await first.put(roundOf('one'));
      expect((await second.find('one', NOW + elapsed)) !== undefined).toBe(isThere);
    });

    test.each([
      [2, true],
      [3, true],
      [4, false],
    ])('of %i rounds where 3 may be the first is there: %s', async (rounds, isThere) => {
      const { first, second } = await open({ maxRounds: 3 });
      for (let i = 0; i < rounds; i += 1) {
        await (i % 2 === 0 ? first : second).put(roundOf(`${i}`));
      }
      expect((await first.find('0', NOW)) !== undefined).toBe(isThere);
      expect(await first.find(`${rounds - 1}`, NOW)).toBeDefined();
    });

    test('a principal makes the store forget its own oldest round, and none of another', async () => {
      const { first, second } = await open({ maxPerPrincipal: 2 });
      await first.put(roundOf('of alice', 'alice'));
      for (const state of ['1', '2', '2', '3']) {
        await second.put(roundOf(state, 'bob'));
      }
      const found = await Promise.all(['of alice', '1', '2', '3'].map((state) => first.find(state, NOW)));
      expect(found.map((round) => round?.principal)).toEqual(['alice', undefined, 'bob', 'bob']);
    });

    test('a round that asks again is not the oldest any more', async () => {
      const { first } = await open({ maxRounds: 2 });
      await first.put(roundOf('one'));
      await first.put(roundOf('two'));
      await first.put(roundOf('one'));
      await first.put(roundOf('three'));
      expect(await first.find('one', NOW)).toBeDefined();
      expect(await first.find('two', NOW)).toBeUndefined();
    });
  });
}
