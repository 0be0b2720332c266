import { toRankBucket } from '@dcc-mcp/gateway-metrics';
import type { RankBucket } from '@dcc-mcp/semantic-conventions';

/** One answered search, as far as later calls need it. */
export interface RememberedSearch {
  readonly searchId: string;
  readonly rankerVersion: string;
  /** All matches, not the page's. */
  readonly total: number;
  readonly query: string;
  readonly hits: readonly RememberedHit[];
}

/** What is kept of a hit. */
export interface RememberedHit {
  readonly tool_slug: string;
  readonly skill_name?: string | null;
  readonly rank: number;
  readonly score: number;
  readonly match_reasons: readonly string[];
}

/** Who searches: the session, else the trace. */
export interface SearchParty {
  readonly sessionId?: string | undefined;
  readonly traceId: string;
}

/** What a describe, load_skill or call takes over from the search it follows. */
export interface SearchFollowUp {
  readonly searchId: string;
  readonly rankBucket: RankBucket;
  /** Absent for a search that is not known (any more), as all that follow. */
  readonly rankerVersion?: string;
  readonly total?: number;
  readonly selectedRank?: number;
  readonly score?: number;
  readonly matchReasons?: readonly string[];
}

/** Clock and bounds of {@link SearchMemory}. */
export interface SearchMemoryOptions {
  /** Epoch or monotonic milliseconds. */
  readonly now: () => number;
  /** Default 1,000; the oldest search is forgotten first. */
  readonly maxSearches?: number;
  /** Default ten minutes. */
  readonly reformulationWindowMillis?: number;
}

interface Entry {
  readonly search: RememberedSearch;
  readonly hits: ReadonlyMap<string, RememberedHit>;
  readonly at: number;
  hasSucceeded: boolean;
}

interface LastQuery {
  readonly query: string;
  readonly at: number;
}

/** Joins searches to what was done with their hits. Memory is bounded. */
export class SearchMemory {
  readonly #now: () => number;
  readonly #maxSearches: number;
  readonly #windowMillis: number;
  readonly #searches = new Map<string, Entry>();
  /** The last non-empty query of each party since its last ok call. */
  readonly #lastQueries = new Map<string, LastQuery>();

  constructor(options: SearchMemoryOptions) {
    this.#now = options.now;
    this.#maxSearches = options.maxSearches ?? 1_000;
    this.#windowMillis = options.reformulationWindowMillis ?? 600_000;
    if (!Number.isInteger(this.#maxSearches) || this.#maxSearches < 1) {
      throw new RangeError(`maxSearches must be a positive integer, got ${this.#maxSearches}`);
    }
  }

  /** Number of searches that are remembered. */
  get size(): number {
    return this.#searches.size;
  }

  /**
   * Remembers an answered search (a refused one is not remembered). `startedAt` is when the search began, in the
   * clock of `now`.
   *
   * @returns Whether it reformulates the party's previous search.
   */
  remember(
    search: RememberedSearch,
    party: SearchParty,
    startedAt: number = this.#now(),
  ): { isReformulation: boolean } {
    const hits = new Map(search.hits.map((hit) => [hit.tool_slug, hit]));
    bounded(this.#searches, this.#maxSearches).set(search.searchId, {
      search,
      hits,
      at: startedAt,
      hasSucceeded: false,
    });
    const query = search.query.trim();
    if (query === '') {
      return { isReformulation: false };
    }
    const key = partyKey(party);
    const last = this.#lastQueries.get(key);
    this.#lastQueries.delete(key);
    bounded(this.#lastQueries, this.#maxSearches).set(key, { query, at: this.#now() });
    const isRecent = last !== undefined && this.#now() - last.at <= this.#windowMillis;
    return { isReformulation: isRecent && last.query.toLowerCase() !== query.toLowerCase() };
  }

  /** The join of a follow-up that names a search; `undefined` without an id: such a call is not counted. */
  followUp(searchId: string | undefined, slug: string | undefined, skillName?: string): SearchFollowUp | undefined {
    if (searchId === undefined || searchId === '') {
      return undefined;
    }
    const entry = this.#searches.get(searchId);
    const hit = entry === undefined ? undefined : findHit(entry, slug, skillName);
    if (entry === undefined || hit === undefined) {
      return { searchId, rankBucket: 'unknown' };
    }
    return {
      searchId,
      rankBucket: toRankBucket(hit.rank),
      rankerVersion: entry.search.rankerVersion,
      total: entry.search.total,
      selectedRank: hit.rank,
      score: hit.score,
      matchReasons: hit.match_reasons,
    };
  }

  /**
   * Notes a call that ended ok: the party's next search reformulates nothing.
   *
   * @returns Milliseconds from the start of the search to its first ok call; `undefined` for later ones.
   */
  noteSuccess(searchId: string | undefined, party: SearchParty): number | undefined {
    this.#lastQueries.delete(partyKey(party));
    const entry = searchId === undefined ? undefined : this.#searches.get(searchId);
    if (entry === undefined || entry.hasSucceeded) {
      return undefined;
    }
    entry.hasSucceeded = true;
    return Math.max(0, this.#now() - entry.at);
  }
}

function findHit(entry: Entry, slug: string | undefined, skillName: string | undefined): RememberedHit | undefined {
  const bySlug = slug === undefined ? undefined : entry.hits.get(slug);
  if (bySlug !== undefined || skillName === undefined) {
    return bySlug;
  }
  return entry.search.hits.find((hit) => hit.skill_name === skillName);
}

function partyKey(party: SearchParty): string {
  return party.sessionId === undefined ? `trace ${party.traceId}` : `session ${party.sessionId}`;
}

/** Makes room for one more entry. */
function bounded<V>(map: Map<string, V>, max: number): Map<string, V> {
  if (map.size >= max) {
    const [oldest] = map.keys();
    if (oldest !== undefined) {
      map.delete(oldest);
    }
  }
  return map;
}
