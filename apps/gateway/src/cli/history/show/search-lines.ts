import type { SearchRow } from '@dcc-mcp/call-store';
import type { SearchTelemetry } from '@dcc-mcp/call-store/analytics';
import { type Line, plain } from './print-lines.ts';
import { tableLines } from './table-lines.ts';
import { countOf, durationOf, percentOf, timeOf } from './values.ts';

/** What the gateway tells of its searches. */
export interface SearchQuality extends SearchTelemetry {
  readonly searches: readonly SearchRow[];
}

/** Rates of all searches that are kept, what nobody found, and the searches themselves, oldest first. */
export function searchLines({ stats, top_zero_result_queries: nothing, searches }: SearchQuality): readonly Line[] {
  const { total_searches: total, zero_result_rate: none, time_to_first_success_ms: time } = stats;
  if (total === 0) {
    return [plain('no searches are kept')];
  }
  const hits = [stats.hit_rate_at_1, stats.hit_rate_at_3, stats.hit_rate_at_5].map((rate = 0) => percentOf(rate));
  const rows = nothing.map(({ query_preview: query, count }) => [query, countOf(count)]);
  return [
    plain(`${countOf(total)} ${total === 1 ? 'search' : 'searches'}, ${countOf(stats.selected_count)} led to a tool`),
    plain(`hit at 1  ${hits[0]}  at 3  ${hits[1]}  at 5  ${hits[2]}`),
    [
      { text: 'nothing found  ' },
      { text: percentOf(none ?? 0), tone: none === 0 ? 'quiet' : 'bad' },
      { text: `  worded anew  ${percentOf(stats.reformulation_rate ?? 0)}` },
    ],
    ...(time === undefined
      ? []
      : [plain(`to the first success  p50 ${durationOf(time.p50)}  p95 ${durationOf(time.p95)}`)]),
    ...(rows.length === 0 ? [] : [plain('')].concat(tableLines({ head: ['found nothing', 'times'], rows }, undefined))),
    plain(''),
    ...searches.toReversed().map(searchLine),
  ];
}

const COUNT_COLUMNS = 4;

function searchLine({
  timestamp,
  query_preview: query,
  total,
  zero_results: isEmpty,
  request_id: id,
}: SearchRow): Line {
  return [
    { text: `${timeOf(timestamp)}  ` },
    {
      text: `${countOf(total).padStart(COUNT_COLUMNS)} ${total === 1 ? 'hit ' : 'hits'}`,
      tone: isEmpty ? 'bad' : 'quiet',
    },
    { text: `  "${query}"  ${id}` },
  ];
}
