import type { ConcurrencyLease, ConcurrencyLeases } from '../../../governance/concurrency-leases.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { redisScript } from '../link/redis-script.ts';
import { principalPart } from './key-part.ts';

/** Takes a place in one step: nobody else counts between the look and the entry. */
const ACQUIRE = redisScript(`
local key, now, max = KEYS[1], ARGV[1], tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
if redis.call('ZCARD', key) >= max then return 0 end
redis.call('ZADD', key, ARGV[4], ARGV[3])
redis.call('PEXPIRE', key, ARGV[5])
return 1`);

/** How long the key of a principal stays after the last entry: more than any lease lasts. */
const KEEP_MILLIS = '60000';

/** Leases that all gateways at one Redis count together: a sorted set for each principal, by when its places expire. */
export class RedisLeases implements ConcurrencyLeases {
  readonly #link: RedisLink;
  readonly #skewMillis: () => number;

  /** @param skewMillis How far the clock that all gateways go by is ahead of the one of this gateway. */
  constructor(link: RedisLink, skewMillis: () => number) {
    this.#link = link;
    this.#skewMillis = skewMillis;
  }

  /** @throws {RedisUnavailable} */
  async acquire(
    { id, principal, expiresAt }: ConcurrencyLease,
    { max, now }: { readonly max: number; readonly now: number },
  ): Promise<boolean> {
    const args = [this.#toShared(now), String(max), id, this.#toShared(expiresAt), KEEP_MILLIS];
    return (await this.#link.run(ACQUIRE, [this.#keyOf(principal)], args)) === 1;
  }

  /** @throws {RedisUnavailable} */
  async renew(leases: readonly ConcurrencyLease[]): Promise<void> {
    await this.#write(leases, ['XX']);
  }

  /** Enters places that were taken without asking, over the limit where need be. @throws {RedisUnavailable} */
  async enter(leases: readonly ConcurrencyLease[]): Promise<void> {
    await this.#write(leases, []);
  }

  /** @throws {RedisUnavailable} */
  async release({ id, principal }: Pick<ConcurrencyLease, 'id' | 'principal'>): Promise<void> {
    await this.#link.send(['ZREM', this.#keyOf(principal), id]);
  }

  async #write(leases: readonly ConcurrencyLease[], how: readonly string[]): Promise<void> {
    await this.#link.pipeline(
      leases.flatMap(({ id, principal, expiresAt }) => {
        const key = this.#keyOf(principal);
        return [
          ['ZADD', key, ...how, this.#toShared(expiresAt), id],
          ['PEXPIRE', key, KEEP_MILLIS],
        ];
      }),
    );
  }

  #keyOf(principal: string): string {
    return this.#link.key('leases', principalPart(principal));
  }

  #toShared(millis: number): string {
    return String(Math.round(millis + this.#skewMillis()));
  }
}
