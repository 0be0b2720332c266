// search/: search over the catalog; `index/` finds and scores, `query/` filters and ranks.
import type { Catalog } from '../catalog/catalog.ts';
import type { ToolRecord } from '../catalog/tool-record.ts';
import { SearchIndex } from './index/search-index.ts';
import { toMatchReasons, type SearchMatch } from './index/search-match.ts';
import { createExactMatch } from './query/exact-match.ts';
import { nearestRecords } from './query/nearest.ts';
import { toSearchFilter } from './query/search-filter.ts';
import { createHints } from './query/search-hints.ts';
import type { SearchHit, SearchQuery, SearchResult } from './query/search-query.ts';
import { TopMatches } from './query/top-matches.ts';

/** Names the way hits are ranked; moves when scores of one version can't be compared with those of another. */
export const RANKER_VERSION = 'gateway-bm25-v1';

const DEFAULT_LIMIT = 25;
const MAX_LIMIT = 100;
const MAX_REASONS = 5;

type Accepts = (record: ToolRecord) => boolean;
type Take = (match: SearchMatch) => void;

/** Which records {@link ToolSearch.nearest} gives. */
export interface NearestOptions {
  readonly limit: number;
  /** Default all. */
  readonly accepts?: Accepts;
}

/** Finds the tools of a catalog, and follows its changes. */
export class ToolSearch {
  readonly #catalog: Catalog;
  readonly #index = new SearchIndex();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
    catalog.observe(this.#index);
  }

  /** Best first, equal scores by slug; without a query, everything by slug. */
  search(query: SearchQuery): SearchResult {
    const offset = query.offset ?? 0;
    const limit = Math.min(query.limit ?? DEFAULT_LIMIT, MAX_LIMIT);
    const top = new TopMatches(offset + limit);
    this.#collect(query, top);
    const page = top.ranked().slice(offset);
    return {
      rankerVersion: RANKER_VERSION,
      indexGeneration: this.#catalog.generation,
      total: top.total,
      hits: page.map((match, i) => toHit(match, offset + i + 1)),
    };
  }

  /** The slugs that look like `slug`, best first; the same ones for the same catalog. */
  nearest(slug: string, options: NearestOptions): readonly string[] {
    return nearestRecords(this.#index, slug, options).map((record) => record.slug);
  }

  #collect(query: SearchQuery, top: TopMatches): void {
    const accepts = toSearchFilter(query);
    const [first, ...more] = [query.query, ...(query.orQueries ?? [])].filter(isClause);
    const minScore = first === undefined ? undefined : query.minScore;
    const withHints = createHints(query);
    const take = (match: SearchMatch): void => {
      const hinted = withHints(match);
      if (minScore === undefined || hinted.score >= minScore) {
        top.push(hinted);
      }
    };
    if (first === undefined) {
      this.#matchAll(accepts, (record) => ({ record, score: 0, reasons: 0 }), take);
      return;
    }
    const match = (clause: string, found: Take): void =>
      query.mode === 'exact'
        ? this.#matchAll(accepts, createExactMatch(clause), found)
        : this.#index.match(clause, accepts, found);
    if (more.length === 0) {
      match(first, take);
      return;
    }
    for (const best of bestOfClauses([first, ...more], match)) {
      take(best);
    }
  }

  #matchAll(accepts: Accepts, toMatch: (record: ToolRecord) => SearchMatch | undefined, take: Take): void {
    for (const record of this.#index.sorted()) {
      const match = accepts(record) ? toMatch(record) : undefined;
      if (match !== undefined) {
        take(match);
      }
    }
  }
}

function isClause(clause: string | undefined): clause is string {
  return clause !== undefined && clause.trim() !== '';
}

/** A tool's score is that of its best clause. */
function bestOfClauses(clauses: readonly string[], match: (clause: string, take: Take) => void): Iterable<SearchMatch> {
  const best = new Map<ToolRecord, SearchMatch>();
  for (const clause of clauses) {
    match(clause, (found) => {
      const known = best.get(found.record);
      if (known === undefined || found.score > known.score) {
        best.set(found.record, found);
      }
    });
  }
  return best.values();
}

function toHit({ record, score, reasons }: SearchMatch, rank: number): SearchHit {
  return { record, rank, score, matchReasons: toMatchReasons(reasons, MAX_REASONS) };
}
