// What the figures of search quality count, and the filter that shows exactly those searches.
import type { SearchStats } from '@dcc-mcp/call-store/analytics';
import type { TextKey } from '../../text/en/en.ts';

type Rate = {
  [Name in keyof SearchStats]-?: Name extends `${string}_rate${string}` ? Name : never;
}[keyof SearchStats];

/** One figure: a share of all searches that are kept. */
export interface SearchFigure {
  readonly name: string;
  readonly means: TextKey;
  /** 0 … 1. */
  readonly rate: number;
  readonly count: number;
  readonly total: number;
  /** The filter of the searches that it counts. */
  readonly q: string;
  /** More of it is worse. */
  readonly isBad: boolean;
}

interface FigureKind {
  readonly rate: Rate;
  readonly name: string;
  readonly means: TextKey;
  readonly q: string;
  readonly isBad?: true;
}

const KINDS: readonly FigureKind[] = [
  { rate: 'hit_rate_at_1', name: 'hit@1', means: 'search.hit1', q: 'followups.selected_rank<=1' },
  { rate: 'hit_rate_at_3', name: 'hit@3', means: 'search.hit3', q: 'followups.selected_rank<=3' },
  { rate: 'hit_rate_at_5', name: 'hit@5', means: 'search.hit5', q: 'followups.selected_rank<=5' },
  { rate: 'zero_result_rate', name: 'zero', means: 'search.zero', q: 'zero_results=true', isBad: true },
  { rate: 'reformulation_rate', name: 'reworded', means: 'search.reworded', q: 'reformulation_of~""', isBad: true },
  {
    rate: 'describe_after_search_rate',
    name: 'describe',
    means: 'search.describe',
    q: 'followups.kind=describe',
  },
  { rate: 'load_after_search_rate', name: 'load', means: 'search.load', q: 'followups.kind=load_skill' },
  { rate: 'call_after_search_rate', name: 'call', means: 'search.call', q: 'followups.kind=call' },
  { rate: 'success_after_search_rate', name: 'success', means: 'search.success', q: 'first_success_ms>=0' },
];

/** The figures of some searches; none where there are none. */
export function searchFigures(stats: SearchStats): readonly SearchFigure[] {
  const { total_searches: total } = stats;
  return KINDS.flatMap(({ rate: key, name, means, q, isBad = false }) => {
    const rate = stats[key];
    return rate === undefined ? [] : [{ name, means, rate, count: Math.round(rate * total), total, q, isBad }];
  });
}

/** Searches that ask for the same one after another, the first first: those before `id`, itself, and those that came of it. */
export function chainOf<Search extends { readonly search_id: string; readonly reformulation_of?: string }>(
  searches: readonly Search[],
  id: string,
): readonly Search[] {
  const byId = new Map(searches.map((search) => [search.search_id, search]));
  const chain: Search[] = [];
  const seen = new Set<string>();
  for (let at = byId.get(id); at !== undefined && !seen.has(at.search_id);) {
    seen.add(at.search_id);
    chain.unshift(at);
    at = byId.get(at.reformulation_of ?? '');
  }
  for (let last = chain.at(-1); last !== undefined;) {
    const next: Search | undefined = searches.find(
      ({ reformulation_of: of, search_id: each }) => of === last?.search_id && !seen.has(each),
    );
    if (next !== undefined) {
      seen.add(next.search_id);
      chain.push(next);
    }
    last = next;
  }
  return chain;
}

/** The best rank that was chosen; absent where none was. */
export function chosenRankOf(followups: readonly { readonly selected_rank?: number }[]): number | undefined {
  const ranks = followups.map(({ selected_rank: rank }) => rank).filter((rank) => rank !== undefined);
  return ranks.length === 0 ? undefined : Math.min(...ranks);
}
