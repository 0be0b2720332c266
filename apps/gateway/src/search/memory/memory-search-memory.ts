import {
  REFORMULATION_WINDOW_MILLIS,
  type RememberedHit,
  type RememberedSearch,
  type SearchFollowUp,
  type SearchJoin,
  type SearchMemory,
  type SearchPrincipal,
} from './search-memory.ts';

/** Clock and bound of a {@link MemorySearchMemory}. */
export interface MemorySearchMemoryOptions {
  /** Milliseconds of any clock that does not go back. */
  readonly now: () => number;
  /** Default 1,000; the oldest search is forgotten first. */
  readonly maxSearches?: number;
}

interface Entry {
  readonly search: RememberedSearch;
  readonly hits: ReadonlyMap<string, RememberedHit>;
  readonly startedAt: number;
  hasSucceeded: boolean;
}

interface LastQuery {
  readonly searchId: string;
  readonly query: string;
  readonly at: number;
}

/** The searches of one gateway. */
export class MemorySearchMemory implements SearchMemory {
  readonly #now: () => number;
  readonly #maxSearches: number;
  readonly #searches = new Map<string, Entry>();
  /** The last non-empty query of each principal since its last success. */
  readonly #lastQueries = new Map<string, LastQuery>();

  /** @throws {RangeError} When the bound is no positive integer. */
  constructor({ now, maxSearches = 1_000 }: MemorySearchMemoryOptions) {
    this.#now = now;
    this.#maxSearches = maxSearches;
    if (!Number.isInteger(maxSearches) || maxSearches < 1) {
      throw new RangeError(`maxSearches must be a positive integer, got ${maxSearches}`);
    }
  }

  async remember(search: RememberedSearch): Promise<{ readonly reformulationOf: string | undefined }> {
    const now = this.#now();
    bounded(this.#searches, this.#maxSearches).set(search.searchId, {
      search,
      hits: new Map(search.hits.map((hit) => [hit.toolSlug, hit])),
      startedAt: now - search.durationMillis,
      hasSucceeded: false,
    });
    const query = search.query.trim().toLowerCase();
    const { searchId, principal } = search;
    return { reformulationOf: query === '' ? undefined : this.#replaceQuery(principal, { searchId, query, at: now }) };
  }

  async join({ searchId, toolSlug, skillName, isSuccess }: SearchFollowUp): Promise<SearchJoin> {
    const entry = this.#searches.get(searchId);
    if (entry === undefined) {
      return { searchId };
    }
    const hit = findHit(entry, toolSlug, skillName);
    return {
      searchId,
      ...(hit === undefined ? {} : chosen(entry.search, hit)),
      ...(isSuccess && !entry.hasSucceeded ? { firstSuccessMillis: this.#succeed(entry) } : {}),
    };
  }

  async settle(principal: SearchPrincipal): Promise<void> {
    this.#lastQueries.delete(keyOf(principal));
  }

  /** @returns The search before it, where its query was another one, and recent. */
  #replaceQuery(principal: SearchPrincipal, next: LastQuery): string | undefined {
    const key = keyOf(principal);
    const last = this.#lastQueries.get(key);
    this.#lastQueries.delete(key);
    bounded(this.#lastQueries, this.#maxSearches).set(key, next);
    const isRecent = last !== undefined && next.at - last.at <= REFORMULATION_WINDOW_MILLIS;
    return isRecent && last.query !== next.query ? last.searchId : undefined;
  }

  #succeed(entry: Entry): number {
    entry.hasSucceeded = true;
    return Math.max(0, this.#now() - entry.startedAt);
  }
}

function findHit({ hits, search }: Entry, toolSlug?: string, skillName?: string): RememberedHit | undefined {
  const bySlug = toolSlug === undefined ? undefined : hits.get(toolSlug);
  return bySlug ?? (skillName === undefined ? undefined : search.hits.find((hit) => hit.skillName === skillName));
}

function chosen({ rankerVersion, total }: RememberedSearch, { rank, score, matchReasons }: RememberedHit) {
  return { rankerVersion, total, selectedRank: rank, score, matchReasons } satisfies Partial<SearchJoin>;
}

function keyOf({ sessionId, traceId }: SearchPrincipal): string {
  return sessionId === undefined ? `trace ${traceId}` : `session ${sessionId}`;
}

/** Makes room for one more entry. */
function bounded<V>(map: Map<string, V>, max: number): Map<string, V> {
  const [oldest] = map.size >= max ? map.keys() : [];
  if (oldest !== undefined) {
    map.delete(oldest);
  }
  return map;
}
