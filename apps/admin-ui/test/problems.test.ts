import { describe, expect, test } from '@jest/globals';
import { problemsOf, type ProblemSources } from '../src/panels/overview/problems.ts';

const STATS = {
  since: '2026-11-29T16:00:00.000Z',
  until: '2026-11-29T17:00:00.000Z',
  failing_tools: [
    { name: 'maya.1.bake', failed: 4, count: 10, failure_rate: 0.4 },
    { name: 'maya.1.rarely', failed: 1, count: 100, failure_rate: 0.01 },
  ],
} as unknown as NonNullable<ProblemSources['stats']>;

describe('what asks for attention', () => {
  test('is nothing where all is well', () => {
    expect(problemsOf({ instances: [{ instance_id: 'a', display_name: 'maya', status: 'ready' }] })).toEqual([]);
  });

  test('is worst first, and each leads to exactly what it is about', () => {
    const problems = problemsOf({
      stats: STATS,
      zeroResultRate: 0.5,
      instances: [{ instance_id: 'a', display_name: 'maya', status: 'unreachable', last_error: 'exit 1\nTraceback' }],
      signals: { traces: { state: 'failing', cause: 'connection refused' } },
      stores: { audit: { last_error: 'ENOSPC' } },
      keys: { state: 'failing', last_error: 'HTTP 500' },
    });
    expect(problems.map(({ severity, key }) => [severity, key])).toEqual([
      ['bad', 'problem.instance'],
      ['bad', 'problem.tool'],
      ['bad', 'problem.exporter'],
      ['bad', 'problem.keys'],
      ['warn', 'problem.store'],
      ['warn', 'problem.zeroResults'],
    ]);
    expect(problems[0]).toMatchObject({ values: { error: 'exit 1' }, place: { panel: 'instances', instance: 'a' } });
    expect(problems[1]?.place).toMatchObject({
      q: 'tool=maya.1.bake success=false',
      since: STATS.since,
      until: STATS.until,
    });
  });

  test('counts every tool that is held, also where only some are listed', () => {
    const quarantine = { held: [{}, {}], held_total: 300 };
    expect(problemsOf({ governance: { quarantine, circuits: [] } })).toMatchObject([
      { key: 'problem.held', values: { n: 300 } },
    ]);
  });

  test('says that state can not be shared, and only then', () => {
    expect(problemsOf({ shared: { store: 'redis', state: 'ok' } })).toEqual([]);
    expect(problemsOf({ shared: { store: 'redis', state: 'failing', last_error: 'no answer\nwithin' } })).toEqual([
      {
        severity: 'warn',
        key: 'problem.shared',
        values: { store: 'redis', error: 'no answer' },
        place: { panel: 'governance' },
      },
    ]);
  });
});
