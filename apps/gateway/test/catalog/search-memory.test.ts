import { describe, expect, test } from '@jest/globals';
import { SearchMemory, type RememberedSearch } from '../../src/search/search-memory.ts';

const PARTY = { sessionId: 'session-1', traceId: 'trace-1' };

function createMemory(maxSearches = 1_000): { memory: SearchMemory; clock: { now: number } } {
  const clock = { now: 1_000 };
  return { memory: new SearchMemory({ now: () => clock.now, maxSearches }), clock };
}

function searchOf(searchId: string, query = 'sphere'): RememberedSearch {
  const hits = Array.from({ length: 7 }, (_, i) => ({
    tool_slug: `maya.a1b2c3d4.tool_${i + 1}`,
    skill_name: i === 5 ? 'mesh-tools' : null,
    rank: i + 1,
    score: 10 - i,
    match_reasons: ['tool_lexical'],
  }));
  return { searchId, rankerVersion: 'r1', total: 42, query, hits };
}

describe('SearchMemory.followUp', () => {
  test('takes over what the search knew of the chosen hit', () => {
    const { memory } = createMemory();
    memory.remember(searchOf('s'), PARTY);
    expect(memory.followUp('s', 'maya.a1b2c3d4.tool_2')).toEqual({
      searchId: 's',
      rankBucket: 'top3',
      rankerVersion: 'r1',
      total: 42,
      selectedRank: 2,
      score: 9,
      matchReasons: ['tool_lexical'],
    });
  });

  test.each([
    [1, 'top1'],
    [2, 'top3'],
    [3, 'top3'],
    [4, 'top5'],
    [5, 'top5'],
    [6, 'beyond5'],
    [7, 'beyond5'],
  ])('puts rank %i into the bucket %s', (rank, bucket) => {
    const { memory } = createMemory();
    memory.remember(searchOf('s'), PARTY);
    expect(memory.followUp('s', `maya.a1b2c3d4.tool_${rank}`)?.rankBucket).toBe(bucket);
  });

  test('joins a load_skill by the name of the skill', () => {
    const { memory } = createMemory();
    memory.remember(searchOf('s'), PARTY);
    expect(memory.followUp('s', undefined, 'mesh-tools')).toMatchObject({ selectedRank: 6, rankBucket: 'beyond5' });
  });

  test('knows only the id of an unknown search and of a slug that was no hit', () => {
    const { memory } = createMemory();
    memory.remember(searchOf('s'), PARTY);
    expect(memory.followUp('other', 'maya.a1b2c3d4.tool_1')).toEqual({ searchId: 'other', rankBucket: 'unknown' });
    expect(memory.followUp('s', 'maya.a1b2c3d4.tool_9')).toEqual({ searchId: 's', rankBucket: 'unknown' });
  });

  test('counts nothing without an id', () => {
    const { memory } = createMemory();
    expect(memory.followUp(undefined, 'x')).toBeUndefined();
    expect(memory.followUp('', 'x')).toBeUndefined();
  });

  test.each([
    [2, 'top1'],
    [3, 'unknown'],
  ])('forgets the oldest search beyond its bound (%i searches of 2)', (searches, bucket) => {
    const { memory } = createMemory(2);
    for (let i = 0; i < searches; i += 1) {
      memory.remember(searchOf(`s${i}`), PARTY);
    }
    expect(memory.size).toBe(2);
    expect(memory.followUp('s0', 'maya.a1b2c3d4.tool_1')?.rankBucket).toBe(bucket);
  });
});

describe('SearchMemory.remember', () => {
  test.each([
    ['another query', 'cube', 0, true],
    ['the same query', 'Sphere ', 0, false],
    ['an empty query', ' ', 0, false],
    ['another query after just ten minutes', 'cube', 600_000, true],
    ['another query after more than ten minutes', 'cube', 600_001, false],
  ])('judges %s', (_, query, laterMillis, isReformulation) => {
    const { memory, clock } = createMemory();
    memory.remember(searchOf('a'), PARTY);
    clock.now += laterMillis;
    expect(memory.remember(searchOf('b', query), PARTY)).toEqual({ isReformulation });
  });

  test('sees no reformulation after an ok call', () => {
    const { memory } = createMemory();
    memory.remember(searchOf('a'), PARTY);
    memory.noteSuccess(undefined, PARTY);
    expect(memory.remember(searchOf('b', 'cube'), PARTY).isReformulation).toBe(false);
  });

  test('sees no reformulation of another session, and goes by the trace without one', () => {
    const { memory } = createMemory();
    memory.remember(searchOf('a'), PARTY);
    expect(memory.remember(searchOf('b', 'cube'), { ...PARTY, sessionId: 'session-2' }).isReformulation).toBe(false);
    expect(memory.remember(searchOf('c', 'cone'), { traceId: 'trace-1' }).isReformulation).toBe(false);
    expect(memory.remember(searchOf('d', 'torus'), { traceId: 'trace-1' }).isReformulation).toBe(true);
  });

  test('looks through an empty query in between', () => {
    const { memory } = createMemory();
    memory.remember(searchOf('a'), PARTY);
    memory.remember(searchOf('b', ''), PARTY);
    expect(memory.remember(searchOf('c', 'cube'), PARTY).isReformulation).toBe(true);
  });
});

describe('SearchMemory.noteSuccess', () => {
  test('gives the time from the search to its first ok call, once', () => {
    const { memory, clock } = createMemory();
    memory.remember(searchOf('s'), PARTY, 900);
    clock.now = 3_400;
    expect(memory.noteSuccess('s', PARTY)).toBe(2_500);
    expect(memory.noteSuccess('s', PARTY)).toBeUndefined();
  });

  test('gives none for an unknown search', () => {
    const { memory } = createMemory();
    expect(memory.noteSuccess('other', PARTY)).toBeUndefined();
  });
});

describe('SearchMemory', () => {
  test('refuses a bound that is no positive integer', () => {
    expect(() => new SearchMemory({ now: () => 0, maxSearches: 0 })).toThrow(
      'maxSearches must be a positive integer, got 0',
    );
  });
});
