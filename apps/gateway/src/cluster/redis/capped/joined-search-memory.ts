import { chosenHit, type LastQuery, principalKey, rewordedBy, toLastQuery } from '../../../search/memory/follow-up.ts';
import { MemorySearchMemory } from '../../../search/memory/memory-search-memory.ts';
import type {
  RememberedSearch,
  SearchFollowUp,
  SearchJoin,
  SearchMemory,
  SearchPrincipal,
} from '../../../search/memory/search-memory.ts';
import { parseOwn } from '../joined/replies.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { withLocal } from '../link/with-local.ts';
import { CappedValues } from './capped-values.ts';

/** What {@link JoinedSearchMemory} is made of. */
export interface JoinedSearchOptions {
  readonly link: RedisLink;
  /** Epoch milliseconds; the clocks of the gateways agree to the second. */
  readonly now: () => number;
  /** Default 5,000 over all gateways; the oldest search is forgotten first. */
  readonly maxSearches?: number;
}

const TTL_MILLIS = 60 * 60_000;
const QUERY_TTL_MILLIS = 10 * 60_000;
const MAX_SEARCHES = 5_000;
const SUCCESS = 'success';
/** Every call that ends ok settles: what comes within so long is told Redis at once. */
const SETTLE_MILLIS = 20;
const MAX_SETTLED = 1_000;

interface Kept {
  readonly search: RememberedSearch;
  readonly startedAt: number;
}

/** Searches that are joined to what follows them at whichever gateway of one Redis; while it is away, at this one. */
export class JoinedSearchMemory implements SearchMemory {
  readonly #link: RedisLink;
  readonly #now: () => number;
  readonly #local: MemorySearchMemory;
  readonly #searches: CappedValues;
  readonly #queries: CappedValues;
  #settled = new Set<string>();
  #settling: Promise<void> | undefined;

  constructor({ link, now, maxSearches: max = MAX_SEARCHES }: JoinedSearchOptions) {
    this.#link = link;
    this.#now = now;
    this.#local = new MemorySearchMemory({ now });
    this.#searches = new CappedValues({ link, name: 'searches', ttlMillis: TTL_MILLIS, max });
    this.#queries = new CappedValues({ link, name: 'queries', ttlMillis: QUERY_TTL_MILLIS, max });
  }

  async remember(search: RememberedSearch): Promise<{ readonly reformulationOf: string | undefined }> {
    const here = await this.#local.remember(search);
    return withLocal(
      this.#link,
      async () => {
        const now = this.#now();
        const kept: Kept = { search, startedAt: now - search.durationMillis };
        const query = toLastQuery(search, now);
        const key = principalKey(search.principal);
        const [before] = await Promise.all([
          query && this.#queries.put(key, JSON.stringify(query)),
          this.#searches.put(search.searchId, JSON.stringify(kept)),
        ]);
        const last = parseOwn<LastQuery>(before);
        return { reformulationOf: query && last && rewordedBy(last, query) };
      },
      () => here,
    );
  }

  async join(followUp: SearchFollowUp): Promise<SearchJoin> {
    return withLocal(
      this.#link,
      async () => (await this.#joinThere(followUp)) ?? this.#local.join(followUp),
      () => this.#local.join(followUp),
    );
  }

  async settle(principal: SearchPrincipal): Promise<void> {
    await this.#local.settle(principal);
    if (this.#link.isUp && this.#settled.size < MAX_SETTLED) {
      this.#settled.add(principalKey(principal));
      await (this.#settling ??= this.#settleAll());
    }
  }

  async #joinThere(followUp: SearchFollowUp): Promise<SearchJoin | undefined> {
    const { searchId, isSuccess } = followUp;
    const value = isSuccess ? undefined : await this.#searches.get(searchId);
    const marked = isSuccess
      ? await this.#searches.mark(searchId, SUCCESS)
      : value === undefined
        ? undefined
        : { value, isFirst: false };
    const kept = parseOwn<Kept>(marked?.value);
    if (marked === undefined || kept === undefined) {
      return undefined;
    }
    const { search, startedAt } = kept;
    return {
      searchId,
      ...chosenHit(search, followUp),
      ...(marked.isFirst ? { firstSuccessMillis: Math.max(0, this.#now() - startedAt) } : {}),
    };
  }

  async #settleAll(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MILLIS));
    const settled = [...this.#settled];
    this.#settled = new Set();
    this.#settling = undefined;
    await withLocal(
      this.#link,
      () => this.#queries.remove(settled),
      () => undefined,
    );
  }
}
