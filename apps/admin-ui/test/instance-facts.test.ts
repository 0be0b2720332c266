import type { InstanceCard } from '@dcc-mcp/admin-api';
import { describe, expect, test } from '@jest/globals';
import {
  callFilters,
  dayOf,
  type InstanceStatus,
  matching,
  toolsLost,
  webLinks,
  worstFirst,
} from '../src/panels/instances/instance-facts.ts';

function card(name: string, status: InstanceStatus, changes: Partial<InstanceCard> = {}): InstanceCard {
  return {
    instance_id: `id-${name}`,
    instance_short: name,
    dcc_type: 'maya',
    display_name: name,
    source: 'config',
    transport: 'stdio',
    status,
    since: '2026-11-29T12:00:00.000Z',
    consecutive_failures: 0,
    restarts: 0,
    tool_count: 9,
    tool_count_last_good: 9,
    skills: { loaded: 0, unloaded: 0 },
    concurrency: 1,
    queue_depth: 0,
    in_flight: 0,
    calls: { total: 0, failed: 0 },
    links: {},
    ...changes,
  };
}

describe('cards of servers', () => {
  test('stand worst first: by status, lost tools, failed calls, name', () => {
    const cards = [
      card('b', 'ready'),
      card('a', 'ready'),
      card('fails', 'ready', { calls: { total: 9, failed: 3 } }),
      card('lost', 'ready', { tool_count: 2 }),
      card('starts', 'booting'),
      card('gone', 'unreachable'),
    ];
    expect(worstFirst(cards).map(({ display_name: name }) => name)).toEqual([
      'gone',
      'starts',
      'lost',
      'fails',
      'a',
      'b',
    ]);
  });

  test('are filtered by status and by words of name, app, error', () => {
    const cards = [card('one', 'ready'), card('two', 'unreachable', { last_error: 'No licence SERVER' })];
    expect(matching(cards, { find: 'maya licence server' })).toEqual([cards[1]]);
    expect(matching(cards, { status: 'ready' })).toEqual([cards[0]]);
    expect(matching(cards, { status: 'ready', find: 'licence' })).toEqual([]);
  });

  test('link their numbers to exactly the calls that they count', () => {
    expect(callFilters(card('x', 'ready', { calls: { total: 3, failed: 1, p95_ms: 12.31 } }))).toEqual({
      all: 'instance_id=id-x',
      failed: 'instance_id=id-x success=false',
      slowest: 'instance_id=id-x duration_ms>=12.31',
    });
  });

  test('stand in their order also where no calls are remembered', () => {
    const { calls: _calls, ...unknown } = card('a', 'ready');
    expect(worstFirst([card('b', 'ready'), unknown]).map(({ display_name: name }) => name)).toEqual(['a', 'b']);
    expect(callFilters(unknown)).toEqual({ all: 'instance_id=id-a', failed: 'instance_id=id-a success=false' });
  });

  test('say how many tools were lost, and none where there are more', () => {
    expect([
      toolsLost(card('x', 'ready', { tool_count: 4 })),
      toolsLost(card('x', 'ready', { tool_count: 12 })),
    ]).toEqual([5, 0]);
  });

  test('say in words how the day was', () => {
    const strip = [
      { t: '1', state: 'ready' as const },
      { t: '2', state: 'unreachable' as const },
      { t: '3', state: 'ready' as const },
      { t: '4' },
    ];
    expect(dayOf(strip)).toEqual([
      ['ready', 2],
      ['unreachable', 1],
      ['unknown', 1],
    ]);
  });

  test('open addresses of the web and nothing else', () => {
    expect(webLinks({ docs: 'https://x/docs', bad: 'javascript:alert(1)' })).toEqual({ docs: 'https://x/docs' });
  });
});
