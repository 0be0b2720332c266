import { chosenHit, type LastQuery, rewordedBy, toLastQuery } from './follow-up.ts';
import type {
  HasSettled,
  RememberedSearch,
  SearchFollowUp,
  SearchJoin,
  SearchMemory,
  SearchPrincipal,
} from './search-memory.ts';
import { principalKey } from './search-principal.ts';

/** Clock and bound of a {@link MemorySearchMemory}. */
export interface MemorySearchMemoryOptions {
  /** Milliseconds of any clock that does not go back. */
  readonly now: () => number;
  /** Default 1,000; the oldest search is forgotten first. */
  readonly maxSearches?: number;
}

interface Entry {
  readonly search: RememberedSearch;
  readonly startedAt: number;
  hasSucceeded: boolean;
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

  async remember(
    search: RememberedSearch,
    hasSettled?: HasSettled,
  ): Promise<{ readonly reformulationOf: string | undefined }> {
    const now = this.#now();
    bounded(this.#searches, this.#maxSearches).set(search.searchId, {
      search,
      startedAt: now - search.durationMillis,
      hasSucceeded: false,
    });
    const query = toLastQuery(search, now);
    const last = query && this.#replaceQuery(search.principal, query);
    const late = { principal: search.principal, now: this.#now, hasSettled };
    return { reformulationOf: await rewordedBy(last, query, late) };
  }

  async join(followUp: SearchFollowUp): Promise<SearchJoin> {
    const { searchId, principal, isSuccess } = followUp;
    const entry = this.#searches.get(searchId);
    if (entry === undefined) {
      return { searchId };
    }
    const join = { searchId, ...chosenHit(entry.search, followUp) };
    if (!isSuccess || entry.hasSucceeded) {
      return join;
    }
    const firstSuccessMillis = this.#succeed(entry);
    await this.settle(principal);
    return { ...join, firstSuccessMillis };
  }

  async settle(principal: SearchPrincipal, agoMillis = 0): Promise<void> {
    const key = principalKey(principal);
    const last = this.#lastQueries.get(key);
    if (last !== undefined && this.#now() - agoMillis >= last.at) {
      this.#lastQueries.delete(key);
    }
  }

  /** @returns The query before it. */
  #replaceQuery(principal: SearchPrincipal, next: LastQuery): LastQuery | undefined {
    const key = principalKey(principal);
    const last = this.#lastQueries.get(key);
    this.#lastQueries.delete(key);
    bounded(this.#lastQueries, this.#maxSearches).set(key, next);
    return last;
  }

  #succeed(entry: Entry): number {
    entry.hasSucceeded = true;
    return Math.max(0, this.#now() - entry.startedAt);
  }
}

/** Makes room for one more entry. */
function bounded<V>(map: Map<string, V>, max: number): Map<string, V> {
  const [oldest] = map.size >= max ? map.keys() : [];
  if (oldest !== undefined) {
    map.delete(oldest);
  }
  return map;
}
