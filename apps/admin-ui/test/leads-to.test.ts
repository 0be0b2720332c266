import { ACTIVITY_KINDS, type ActivityRow } from '@dcc-mcp/call-store';
import { expect, test } from '@jest/globals';
import { around, leadsTo, valuesOf } from '../src/panels/events/leads-to.ts';

const entry = (kind: ActivityRow['kind'], id: string): ActivityRow => ({
  event_id: id,
  timestamp: '2026-01-01T00:00:00.000Z',
  kind,
  severity: 'info',
  status: 'ok',
  message: '',
  correlation: { instance_id: 'maya-1' },
});

test.each([
  ['tool_call', { panel: 'traces', trace: 'row-1' }],
  ['describe', { panel: 'traces', trace: 'row-1' }],
  ['load_skill', { panel: 'traces', trace: 'row-1' }],
  ['search', { panel: 'search', row: 'row-1', range: 'all' }],
  ['contention', { panel: 'instances', instance: 'maya-1' }],
  ['session_event', { panel: 'output', instance: 'maya-1' }],
  ['export_health', { panel: 'telemetry' }],
  ['config', { panel: 'telemetry' }],
] as const)('an entry of the kind %s leads to what it tells of', (kind, place) => {
  expect(leadsTo(entry(kind, `${kind}:row-1`))).toMatchObject(place);
});

test.each(['election_won', 'voluntary_yield'])(
  '%s, which is of no server, leads to the events of its kind',
  (status) => {
    const place = leadsTo({ ...entry('contention', 'contention:1'), status });
    expect(place).toMatchObject({ panel: 'events', q: `event=${status}` });
    expect(place.instance).toBeUndefined();
  },
);

test('a search that failed, which the list of searches has not, leads to its trace', () => {
  const place = leadsTo({ ...entry('search', 'failed_search:row-1'), status: 'bad_request' });
  expect(place).toEqual({ panel: 'traces', trace: 'row-1' });
});

test('every kind of entry leads somewhere', () => {
  expect(ACTIVITY_KINDS.filter((kind) => leadsTo(entry(kind, 'x:1')).panel === undefined)).toEqual([]);
});

test('the minutes around a time are a range that names both its ends', () => {
  expect(around('2026-01-01T00:00:00.000Z')).toEqual({
    since: '2025-12-31T23:59:00.000Z',
    until: '2026-01-01T00:01:00.000Z',
    range: undefined,
  });
});

test('values are offered each once, the most frequent first', () => {
  expect(valuesOf(['a', 'b', 'b', 'c', 'b', 'c'], (value) => value)).toEqual(['b', 'c', 'a']);
});
