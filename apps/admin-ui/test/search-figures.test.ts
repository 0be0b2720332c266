import { searchTelemetry } from '@dcc-mcp/call-store/analytics';
import { parseQuery, QUERY_FIELDS, toPredicate } from '@dcc-mcp/call-store/query';
import { describe, expect, test } from '@jest/globals';
import { chainOf, chosenRankOf, searchFigures } from '../src/panels/search/search-figures.ts';

const EMPTY = { query_hash: 'h', query_preview: 'q', timestamp: '2026-01-01T00:00:00.000Z', hits: [], followups: [] };
const ROWS = [
  { ...EMPTY, row_id: '1', zero_results: true },
  { ...EMPTY, row_id: '2', zero_results: false, reformulation_of: 'x', followups: [used('describe', 1)] },
  {
    ...EMPTY,
    row_id: '3',
    zero_results: false,
    first_success_ms: 12,
    followups: [used('load_skill', 7), used('call', 4)],
  },
  { ...EMPTY, row_id: '4', zero_results: false, followups: [used('call')] },
] as unknown as Parameters<typeof searchTelemetry>[0];

function used(kind: string, rank?: number) {
  return { kind, ...(rank === undefined ? {} : { selected_rank: rank }) };
}

describe('the figures of search quality', () => {
  test.each(searchFigures(searchTelemetry(ROWS).stats))(
    '$name counts exactly the searches that it leads to',
    ({ q, count, rate, total }) => {
      const reading = parseQuery(q, QUERY_FIELDS.searches);
      expect(reading.ok).toBe(true);
      const isWanted = reading.ok ? toPredicate(reading.query, QUERY_FIELDS.searches) : () => false;
      const counted = [...ROWS].filter(isWanted).length;
      expect([count, rate]).toEqual([counted, counted / total]);
    },
  );

  test('are none where nobody searched', () => {
    expect(searchFigures(searchTelemetry([]).stats)).toEqual([]);
  });
});

test('wordings of one question stand in the order that they were asked in, whichever is looked at', () => {
  const searches = [
    { search_id: 'c', reformulation_of: 'b' },
    { search_id: 'other' },
    { search_id: 'b', reformulation_of: 'a' },
    { search_id: 'a' },
  ];
  const ids = (id: string) =>
    chainOf(searches, id)
      .map(({ search_id: each }) => each)
      .join();
  expect([ids('a'), ids('b'), ids('c'), ids('other'), ids('gone')]).toEqual(['a,b,c', 'a,b,c', 'a,b,c', 'other', '']);
});

test('of several hits that were chosen the best counts', () => {
  expect([chosenRankOf([{ selected_rank: 3 }, {}, { selected_rank: 2 }]), chosenRankOf([{}])]).toEqual([2, undefined]);
});
