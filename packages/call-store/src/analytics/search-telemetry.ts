import { present } from '../rows/present.ts';
import type { SearchRow } from '../rows/search-row.ts';
import { mean, percentile, sortNumbers } from './percentile.ts';

/** How well searches lead to tools. Rates are 0 … 1 of all these searches, absent where there are none. */
export interface SearchStats {
  readonly total_searches: number;
  readonly zero_result_count: number;
  readonly zero_result_rate?: number;
  /** Searches of which a hit was described, loaded or called. */
  readonly selected_count: number;
  readonly hit_rate_at_1?: number;
  readonly hit_rate_at_3?: number;
  readonly hit_rate_at_5?: number;
  /** Of the best hit that was selected of each. */
  readonly mean_selected_rank?: number;
  readonly describe_after_search_rate?: number;
  readonly load_after_search_rate?: number;
  readonly call_after_search_rate?: number;
  readonly success_after_search_rate?: number;
  readonly reformulation_count: number;
  readonly reformulation_rate?: number;
  readonly time_to_first_success_ms?: { readonly p50: number; readonly p95: number };
}

/** What {@link searchTelemetry} tells. */
export interface SearchTelemetry {
  readonly stats: SearchStats;
  /** At most 20, the most frequent first. */
  readonly top_zero_result_queries: readonly {
    readonly query_preview: string;
    readonly count: number;
    readonly last_at: string;
  }[];
  /** Slugs of tools that were hits and that nobody chose: at most 20, those that were hits most often first. */
  readonly never_selected_tools: readonly string[];
}

const MAX_LISTED = 20;

/** How well searches led to tools, over exactly these. */
export function searchTelemetry(rows: Iterable<SearchRow>): SearchTelemetry {
  const searches = [...rows];
  return {
    stats: statsOf(searches),
    top_zero_result_queries: zeroResultQueries(searches),
    never_selected_tools: neverSelected(searches),
  };
}

/** The best rank that was selected of a search. */
export function bestRankOf({ followups }: SearchRow): number | undefined {
  const ranks = followups.map(({ selected_rank: rank }) => rank).filter((rank) => rank !== undefined);
  return ranks.length === 0 ? undefined : Math.min(...ranks);
}

function statsOf(searches: readonly SearchRow[]): SearchStats {
  const count = (holds: (search: SearchRow) => boolean): number => searches.filter(holds).length;
  const rate = (holds: (search: SearchRow) => boolean): number | undefined =>
    searches.length === 0 ? undefined : count(holds) / searches.length;
  const hit = (most: number) => (search: SearchRow) => (bestRankOf(search) ?? Number.POSITIVE_INFINITY) <= most;
  const ranks = searches.map(bestRankOf).filter((rank) => rank !== undefined);
  return present({
    total_searches: searches.length,
    zero_result_count: count(({ zero_results: none }) => none),
    zero_result_rate: rate(({ zero_results: none }) => none),
    selected_count: ranks.length,
    hit_rate_at_1: rate(hit(1)),
    hit_rate_at_3: rate(hit(3)),
    hit_rate_at_5: rate(hit(5)),
    mean_selected_rank: mean(ranks),
    describe_after_search_rate: rate(follows('describe')),
    load_after_search_rate: rate(follows('load_skill')),
    call_after_search_rate: rate(follows('call')),
    success_after_search_rate: rate(({ first_success_ms: millis }) => millis !== undefined),
    reformulation_count: count(isReformulation),
    reformulation_rate: rate(isReformulation),
    time_to_first_success_ms: firstSuccess(searches),
  });
}

function follows(kind: string): (search: SearchRow) => boolean {
  return ({ followups }) => followups.some((each) => each.kind === kind);
}

function isReformulation({ reformulation_of: of }: SearchRow): boolean {
  return of !== undefined;
}

function firstSuccess(searches: readonly SearchRow[]): SearchStats['time_to_first_success_ms'] {
  const sorted = sortNumbers(
    searches.map((search) => search.first_success_ms).filter((millis) => millis !== undefined),
  );
  const [p50, p95] = [percentile(sorted, 0.5), percentile(sorted, 0.95)];
  return p50 === undefined || p95 === undefined ? undefined : { p50, p95 };
}

function zeroResultQueries(searches: readonly SearchRow[]): SearchTelemetry['top_zero_result_queries'] {
  const zero = searches.filter(({ zero_results: none }) => none);
  return [...Map.groupBy(zero, ({ query_hash: hash }) => hash).values()]
    .map((group) => {
      const last = group.reduce((a, b) => (a.row_id > b.row_id ? a : b));
      return { query_preview: last.query_preview, count: group.length, last_at: last.timestamp };
    })
    .toSorted((a, b) => b.count - a.count || (a.last_at > b.last_at ? -1 : 1))
    .slice(0, MAX_LISTED);
}

function neverSelected(searches: readonly SearchRow[]): readonly string[] {
  const chosen = new Set(searches.flatMap(({ followups }) => followups.map(({ tool_slug: slug }) => slug)));
  const shown = Map.groupBy(
    searches.flatMap(({ hits }) => hits.map(({ tool_slug: slug }) => slug)),
    (slug) => slug,
  );
  return [...shown]
    .filter(([slug]) => !chosen.has(slug))
    .toSorted(([a, rows], [b, others]) => others.length - rows.length || (a < b ? -1 : 1))
    .slice(0, MAX_LISTED)
    .map(([slug]) => slug);
}
