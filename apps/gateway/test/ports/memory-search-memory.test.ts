import { describe, expect, test } from '@jest/globals';
import { MemorySearchMemory } from '../../src/search/memory/memory-search-memory.ts';
import { followUp, searchMemoryContract, searchOf } from './search-memory-contract.ts';

searchMemoryContract('MemorySearchMemory', async () => {
  let now = 1_000;
  const memory = new MemorySearchMemory({ now: () => now });
  return {
    first: memory,
    second: memory,
    elapse: async (millis) => {
      now += millis;
    },
  };
});

describe('MemorySearchMemory', () => {
  test.each([
    [1, 2],
    [2, 2],
    [3, undefined],
  ])('forgets the oldest search beyond its bound (%i searches of 2)', async (searches, selectedRank) => {
    const memory = new MemorySearchMemory({ now: () => 0, maxSearches: 2 });
    for (let i = 0; i < searches; i += 1) {
      await memory.remember(searchOf(`s${i}`));
    }
    expect((await memory.join(followUp('s0'))).selectedRank).toBe(selectedRank);
  });

  test('refuses a bound that is no positive integer', () => {
    expect(() => new MemorySearchMemory({ now: () => 0, maxSearches: 0 })).toThrow(
      'maxSearches must be a positive integer, got 0',
    );
  });
});
