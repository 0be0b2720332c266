import { describe, expect, test } from '@jest/globals';
import { callsDuring, countLevels, matchingLines } from '../src/panels/output/output-lines.ts';

const LINES = [
  { id: 1, level: 'info', message: 'Scene opened' },
  { id: 2, level: 'error', message: 'no licence' },
  { id: 3, level: 'error', message: 'gave up', trace_id: 'abc' },
  { id: 4, level: 'warning', message: 'a node is missing' },
] as const;

describe('the lines of a server', () => {
  test.each([
    ['', [1, 2, 3, 4]],
    ['level=error', [2, 3]],
    ['scene', [1]],
    ['abc', [3]],
    ['message~licence OR level=warning', [2, 4]],
    ['level=', [1, 2, 3, 4]],
  ])('that %j asks for', (q, ids) => {
    expect(matchingLines(LINES, q).map(({ id }) => id)).toEqual(ids);
  });

  test('are counted by level, the worst first, and each count is what its filter shows', () => {
    const counts = countLevels(LINES);
    expect(counts).toEqual([
      { level: 'error', count: 2 },
      { level: 'warning', count: 1 },
      { level: 'info', count: 1 },
    ]);
    expect(counts.map(({ level }) => matchingLines(LINES, `level=${level}`).length)).toEqual([2, 1, 1]);
  });
});

const at = (millis: number): string => new Date(Date.UTC(2026, 0, 1) + millis).toISOString();
const call = (id: string, begin: number, end: number) => ({ id, timestamp: at(end), duration_ms: end - begin });

describe('what was called when a line was written', () => {
  const calls = [call('long', 0, 5_000), call('short', 100, 200), call('later', 6_000, 6_100)];
  const during = (millis: number): string =>
    callsDuring(calls, at(millis))
      .map(({ id }) => id)
      .join();

  test('is what ran then', () => {
    expect([during(150), during(3_000), during(6_050)]).toEqual(['long,short', 'long', 'later']);
  });

  test('or else what had just ended, as a line comes a little late', () => {
    expect([during(5_080), during(5_200), during(6_180)]).toEqual(['long', '', 'later']);
  });

  test('is told in nanoseconds, too', () => {
    expect(callsDuring(calls, '2026-01-01T00:00:00.150123456Z').map(({ id }) => id)).toEqual(['long', 'short']);
  });
});
