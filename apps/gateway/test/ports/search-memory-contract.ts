// What every adapter of SearchMemory promises. An adapter of another store runs these tests unchanged.
import { describe, expect, test } from '@jest/globals';
import type { RememberedSearch, SearchFollowUp, SearchMemory } from '../../src/search/memory/search-memory.ts';

/** One empty store, opened twice as two gateways would, and a way to let time pass for it. */
export interface OpenedSearchMemory {
  readonly first: SearchMemory;
  readonly second: SearchMemory;
  elapse(millis: number): Promise<void>;
}

const ADA = { sessionId: 'session-1', traceId: 'trace-1' };

/** Seven hits; the sixth belongs to the skill `mesh-tools`. */
export function searchOf(searchId: string, query = 'sphere', principal = ADA as RememberedSearch['principal']) {
  const hits = Array.from({ length: 7 }, (_, i) => ({
    toolSlug: `maya.a1b2c3d4.tool_${i + 1}`,
    skillName: i === 5 ? 'mesh-tools' : undefined,
    rank: i + 1,
    score: 10 - i,
    matchReasons: ['tool_lexical'],
  }));
  return { searchId, principal, durationMillis: 100, rankerVersion: 'r1', total: 42, query, hits };
}

/** A describe of the second hit, unless something else is said. */
export function followUp(searchId: string, given: Partial<SearchFollowUp> = {}): SearchFollowUp {
  const hit = { toolSlug: 'maya.a1b2c3d4.tool_2', skillName: undefined };
  return { searchId, principal: ADA, ...hit, isSuccess: false, ...given };
}

export function searchMemoryContract(name: string, open: () => Promise<OpenedSearchMemory>): void {
  describe(`${name} as SearchMemory: join`, () => {
    test('takes over what the search knew of the chosen hit, at whichever gateway', async () => {
      const { first, second } = await open();
      await first.remember(searchOf('s'));
      expect(await second.join(followUp('s'))).toEqual({
        searchId: 's',
        rankerVersion: 'r1',
        total: 42,
        selectedRank: 2,
        score: 9,
        matchReasons: ['tool_lexical'],
      });
    });

    test('finds a hit by the name of its skill', async () => {
      const { first } = await open();
      await first.remember(searchOf('s'));
      const join = await first.join(followUp('s', { toolSlug: undefined, skillName: 'mesh-tools' }));
      expect(join.selectedRank).toBe(6);
    });

    test('knows only the id of an unknown search and of a slug that was no hit', async () => {
      const { first } = await open();
      await first.remember(searchOf('s'));
      expect(await first.join(followUp('other'))).toEqual({ searchId: 'other' });
      expect(await first.join(followUp('s', { toolSlug: 'maya.a1b2c3d4.tool_9' }))).toEqual({ searchId: 's' });
    });

    test('gives the time from the start of the search to its first success', async () => {
      const { first, elapse } = await open();
      await first.remember(searchOf('s'));
      await elapse(2_400);
      expect(await first.join(followUp('s', { isSuccess: true }))).toMatchObject({ firstSuccessMillis: 2_500 });
    });

    test('gives that time to one of many successes at once, also of a tool that was no hit', async () => {
      const { first, second } = await open();
      await first.remember(searchOf('s'));
      const success = followUp('s', { isSuccess: true, toolSlug: 'maya.a1b2c3d4.tool_9' });
      const joins = await Promise.all([first, second, first, second].map((memory) => memory.join(success)));
      expect(joins.filter(({ firstSuccessMillis }) => firstSuccessMillis !== undefined)).toHaveLength(1);
    });
  });

  describe(`${name} as SearchMemory: remember`, () => {
    test.each([
      { title: 'another query', query: 'cube', laterMillis: 0, reformulationOf: 'a' },
      { title: 'the same query', query: 'Sphere ', laterMillis: 0, reformulationOf: undefined },
      { title: 'an empty query', query: ' ', laterMillis: 0, reformulationOf: undefined },
      { title: 'another query after just ten minutes', query: 'cube', laterMillis: 600_000, reformulationOf: 'a' },
      {
        title: 'another query after more than ten minutes',
        query: 'cube',
        laterMillis: 600_001,
        reformulationOf: undefined,
      },
    ])('judges $title', async ({ query, laterMillis, reformulationOf }) => {
      const { first, second, elapse } = await open();
      await first.remember(searchOf('a'));
      await elapse(laterMillis);
      expect(await second.remember(searchOf('b', query))).toEqual({ reformulationOf });
    });

    test('sees no reformulation after what was searched for is settled', async () => {
      const { first, second } = await open();
      await first.remember(searchOf('a'));
      await second.settle(ADA);
      expect(await first.remember(searchOf('b', 'cube'))).toEqual({ reformulationOf: undefined });
    });

    test('sees no reformulation after a call that names the search and went well', async () => {
      const { first, second } = await open();
      await first.remember(searchOf('a'));
      await second.join(followUp('a', { isSuccess: true }));
      expect(await first.remember(searchOf('b', 'cube'))).toEqual({ reformulationOf: undefined });
    });

    test('sees a reformulation after a hit was only described', async () => {
      const { first, second } = await open();
      await first.remember(searchOf('a'));
      await second.join(followUp('a'));
      expect(await first.remember(searchOf('b', 'cube'))).toEqual({ reformulationOf: 'a' });
    });

    test('sees no reformulation of another session, and goes by the trace without one', async () => {
      const { first } = await open();
      const byTrace = { sessionId: undefined, traceId: 'trace-1' };
      await first.remember(searchOf('a'));
      const judged = [
        await first.remember(searchOf('b', 'cube', { ...ADA, sessionId: 'session-2' })),
        await first.remember(searchOf('c', 'cone', byTrace)),
        await first.remember(searchOf('d', 'torus', byTrace)),
      ];
      expect(judged.map(({ reformulationOf }) => reformulationOf)).toEqual([undefined, undefined, 'c']);
    });

    test('looks through an empty query in between', async () => {
      const { first } = await open();
      await first.remember(searchOf('a'));
      await first.remember(searchOf('b', ''));
      expect(await first.remember(searchOf('c', 'cube'))).toEqual({ reformulationOf: 'a' });
    });
  });
}
