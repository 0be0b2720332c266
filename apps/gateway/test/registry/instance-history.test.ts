// How an instance was over a day that no test waits for.
import { describe, expect, test } from '@jest/globals';
import { InstanceHistory } from '../../src/registry/events/instance-history.ts';
import type { Upstream, UpstreamReadiness } from '../../src/upstream/upstream.ts';

const CELL = 15 * 60_000;
const START = Date.parse('2026-11-29T10:00:00Z');

/** A history with a clock: each step is a state at a number of cells after the start. */
function historyOf(...steps: readonly (readonly [cells: number, state: UpstreamReadiness])[]): InstanceHistory {
  let now = START;
  const history = new InstanceHistory(() => now);
  for (const [cells, readiness] of steps) {
    now = START + cells * CELL;
    history.onStatus({ settings: { instanceId: 'one' }, status: { readiness } } as Upstream);
  }
  return history;
}

const last = (history: InstanceHistory, count: number): readonly unknown[] =>
  history
    .strip('one')
    .slice(-count)
    .map(({ state }) => state);

describe('the strip of an instance', () => {
  test('has 96 quarters of an hour, of which those before it was known say nothing', () => {
    const strip = historyOf([0, 'ready']).strip('one');
    expect(strip).toHaveLength(96);
    expect(strip.at(-1)).toEqual({ at: START, state: 'ready' });
    expect(strip.at(0)).toEqual({ at: START - 95 * CELL });
    expect(strip.filter(({ state }) => state !== undefined)).toHaveLength(1);
  });

  test('shows the worst state of each quarter, and goes on with the last', () => {
    const history = historyOf([0, 'ready'], [1.2, 'unreachable'], [1.4, 'ready'], [3.5, 'unreachable'], [5, 'ready']);
    expect(last(history, 6)).toEqual(['ready', 'unreachable', 'ready', 'unreachable', 'unreachable', 'unreachable']);
  });

  test('does not hold its first start against it', () => {
    expect(last(historyOf([0, 'idle'], [0.1, 'booting'], [0.2, 'ready']), 1)).toEqual(['ready']);
    expect(last(historyOf([0, 'ready'], [0.1, 'booting'], [0.2, 'ready']), 1)).toEqual(['booting']);
  });

  test('begins as the instance was 24 hours before', () => {
    const history = historyOf([0, 'unreachable'], [10, 'ready'], [200, 'unreachable'], [201, 'ready']);
    const strip = history.strip('one').map(({ state }) => state);
    expect(strip.slice(0, -2)).toEqual(Array.from({ length: 94 }, () => 'ready'));
    expect(strip.slice(-2)).toEqual(['unreachable', 'unreachable']);
  });
});
