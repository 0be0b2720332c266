import { setTimeout as delay } from 'node:timers/promises';
import { chosenHit, type LastQuery, rewordedBy, toLastQuery } from '../../../search/memory/follow-up.ts';
import { MemorySearchMemory } from '../../../search/memory/memory-search-memory.ts';
import type {
  HasSettled,
  RememberedSearch,
  SearchFollowUp,
  SearchJoin,
  SearchMemory,
  SearchPrincipal,
} from '../../../search/memory/search-memory.ts';
import { principalKey } from '../../../search/memory/search-principal.ts';
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
/**
 * Every call that ends ok settles: Redis is told of many at once, and at most so often. Only a call that names no search
 * may be told later than another gateway is searched.
 */
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
  /** When the principals succeeded of whom Redis is not told yet. */
  #settled = new Map<string, number>();
  #settling: Promise<void> | undefined;
  #toldAt = 0;

  constructor({ link, now, maxSearches: max = MAX_SEARCHES }: JoinedSearchOptions) {
    this.#link = link;
    this.#now = now;
    this.#local = new MemorySearchMemory({ now });
    this.#searches = new CappedValues({ link, name: 'searches', ttlMillis: TTL_MILLIS, max });
    this.#queries = new CappedValues({ link, name: 'queries', ttlMillis: QUERY_TTL_MILLIS, max });
  }

  async remember(
    search: RememberedSearch,
    hasSettled?: HasSettled,
  ): Promise<{ readonly reformulationOf: string | undefined }> {
    const here = await this.#local.remember(search, this.#link.isUp ? undefined : hasSettled);
    return withLocal(
      this.#link,
      async () => {
        await this.#tell();
        const now = this.#now();
        const kept: Kept = { search, startedAt: now - search.durationMillis };
        const query = toLastQuery(search, now);
        const key = principalKey(search.principal);
        const [before] = await Promise.all([
          query && this.#queries.put(key, JSON.stringify(query)),
          this.#searches.put(search.searchId, JSON.stringify(kept)),
        ]);
        const late = { principal: search.principal, now: this.#now, hasSettled };
        return { reformulationOf: await rewordedBy(parseOwn<LastQuery>(before), query, late) };
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

  async settle(principal: SearchPrincipal, agoMillis = 0): Promise<void> {
    await this.#local.settle(principal, agoMillis);
    if (this.#link.isUp && this.#settled.size < MAX_SETTLED) {
      this.#settled.set(principalKey(principal), this.#now() - agoMillis);
      await (this.#settling ??= this.#settleAll());
    }
  }

  async #joinThere(followUp: SearchFollowUp): Promise<SearchJoin | undefined> {
    const { searchId, principal, isSuccess } = followUp;
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
    const join = { searchId, ...chosenHit(kept.search, followUp) };
    if (!marked.isFirst) {
      return join;
    }
    const firstSuccessMillis = Math.max(0, this.#now() - kept.startedAt);
    // The next search may come to another gateway as soon as the call is answered.
    this.#settled.set(principalKey(principal), this.#now());
    await Promise.all([this.#local.settle(principal), this.#tell()]);
    return { ...join, firstSuccessMillis };
  }

  async #settleAll(): Promise<void> {
    const pauseMillis = Math.min(SETTLE_MILLIS, this.#toldAt + SETTLE_MILLIS - this.#now());
    // Also without a pause not at once: whoever began this has yet to note that it runs.
    await (pauseMillis > 0 ? delay(pauseMillis) : undefined);
    this.#settling = undefined;
    await this.#tell();
  }

  async #tell(): Promise<void> {
    if (this.#settled.size === 0) {
      return;
    }
    const now = this.#now();
    const gone = new Map(Array.from(this.#settled, ([key, at]) => [key, now - at]));
    this.#settled = new Map();
    this.#toldAt = now;
    await withLocal(
      this.#link,
      () => this.#queries.removeLate(gone),
      () => undefined,
    );
  }
}
