import { describe, expect, test } from '@jest/globals';
import { lastFailure } from '../src/panels/overview/last-failure.ts';

const START = '2026-11-29T12:00:00.000Z';
const startedAt = Date.parse(START);

describe('since when no call has failed', () => {
  test('is since the last one that failed', () => {
    const calls = [{ row_id: 'b', timestamp: '2026-11-29T13:00:00.000Z' }];
    expect(lastFailure({ failed: { calls, dropped: 3 }, keptSince: START, startedAt })).toEqual({
      kind: 'call',
      id: 'b',
      at: '2026-11-29T13:00:00.000Z',
    });
  });

  test('is since the start where all calls are kept, and where there was none', () => {
    const failed = { calls: [] };
    expect(lastFailure({ failed, keptSince: '2026-11-29T12:00:07.000Z', startedAt })).toEqual({ kind: 'start' });
    expect(lastFailure({ failed, startedAt })).toEqual({ kind: 'start' });
  });

  test('is as far as calls are kept: less where some were let go, more where they are on disk', () => {
    const later = '2026-11-29T12:30:00.000Z';
    const before = '2026-11-28T00:00:00.000Z';
    const calls = [] as const;
    expect(lastFailure({ failed: { calls, dropped: 1 }, keptSince: later, startedAt })).toEqual({
      kind: 'kept',
      since: later,
    });
    expect(lastFailure({ failed: { calls }, keptSince: before, startedAt })).toEqual({ kind: 'kept', since: before });
  });
});
