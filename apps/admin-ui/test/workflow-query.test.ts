import { parseQuery, QUERY_FIELDS, toPredicate } from '@dcc-mcp/call-store/query';
import { describe, expect, test } from '@jest/globals';
import { countViews, isInView, offsetOf, rowsOfWorkflow, stepViewOf } from '../src/panels/workflows/workflow-query.ts';

const ROWS = [
  { row_id: '1', session_id: 's', turn_id: 't:1', trace_id: 'a', request_id: 'r1', zero_results: true },
  { row_id: '2', session_id: 's', trace_id: 'b', request_id: 'r2', zero_results: false },
  { row_id: '3', trace_id: 'c', request_id: 'r3', zero_results: true },
  { row_id: '4', trace_id: 'd', request_id: 'r4', zero_results: false },
];

function found(q: string): string {
  const reading = parseQuery(q, QUERY_FIELDS.searches);
  const isWanted = reading.ok ? toPredicate(reading.query, QUERY_FIELDS.searches) : () => false;
  return ROWS.filter(isWanted)
    .map(({ row_id: id }) => id)
    .join();
}

const of = (kind: 'session' | 'turn' | 'trace' | 'request', id: string, ids: object) => ({
  workflow_id: id,
  group_kind: kind,
  correlation: { trace_ids: [], request_ids: [], session_ids: [], ...ids },
});

describe('the filter of a workflow', () => {
  test.each([
    [of('turn', 'turn:s:t:1', { session_id: 's' }), '1'],
    [of('session', 'session:s', { session_id: 's' }), '2'],
    [of('trace', 'trace:c', { trace_ids: ['c'] }), '3'],
    [of('request', 'request:r3', { request_ids: ['r3', 'r4'] }), '3,4'],
  ])('finds its rows and no others: $group_kind', (workflow, ids) => {
    expect(found(rowsOfWorkflow(workflow))).toBe(ids);
  });

  test('with one more condition, which each of several requests has to meet', () => {
    const chain = of('request', 'request:r3', { request_ids: ['r3', 'r4'] });
    expect(found(rowsOfWorkflow(chain, 'zero_results=true'))).toBe('3');
  });
});

describe('steps', () => {
  const steps = [
    { kind: 'search', status: 'zero_results' },
    { kind: 'search', status: 'ok' },
    { kind: 'call', status: 'err' },
  ] as const;

  test('are counted by what they are and how they ended, and each count shows as many', () => {
    const views = countViews(steps);
    expect(views).toEqual([
      { view: 'failed', count: 1 },
      { view: 'zero_results', count: 1 },
      { view: 'search', count: 2 },
      { view: 'call', count: 1 },
    ]);
    expect(views.map(({ view }) => steps.filter((step) => isInView(step, view)).length)).toEqual([1, 1, 2, 1]);
  });

  test('are all seen where the address names no view, or one that is none', () => {
    expect([stepViewOf(undefined), stepViewOf('nonsense'), stepViewOf('failed')]).toEqual([
      undefined,
      undefined,
      'failed',
    ]);
    expect(isInView(steps[0], undefined)).toBe(true);
  });

  test('stand where they began, never before their workflow', () => {
    const startedAt = '2026-01-01T00:00:00.000Z';
    expect(offsetOf({ timestamp: '2026-01-01T00:00:02.000Z', duration_ms: 500 }, startedAt)).toBe(1_500);
    expect(offsetOf({ timestamp: '2026-01-01T00:00:00.000Z', duration_ms: 0.4 }, startedAt)).toBe(0);
  });
});
