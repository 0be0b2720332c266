import type { ConcurrencyLease, ConcurrencyLeases } from '../../../governance/concurrency-leases.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { withLocal } from '../link/with-local.ts';
import type { RedisLeases } from './redis-leases.ts';

/** What {@link JoinedLeases} counts with. */
export interface JoinedLeasesOptions {
  readonly link: Pick<RedisLink, 'isUp'>;
  readonly remote: Pick<RedisLeases, keyof RedisLeases>;
  /** Those of this gateway: all that it holds, whoever gave them. */
  readonly local: ConcurrencyLeases;
  /** What of a limit is this gateway's while it can't ask. */
  readonly shareOf: (max: number) => number;
}

/** Leases of all gateways, and while Redis is away of this one alone, which enters what it holds when it is back. */
export class JoinedLeases implements ConcurrencyLeases {
  readonly #options: JoinedLeasesOptions;
  /** Held, and not entered at Redis, by id. */
  readonly #unshared = new Set<string>();

  constructor(options: JoinedLeasesOptions) {
    this.#options = options;
  }

  acquire(lease: ConcurrencyLease, bounds: { readonly max: number; readonly now: number }): Promise<boolean> {
    const { link, remote, local, shareOf } = this.#options;
    return withLocal(
      link,
      async () => {
        const isHeld = await remote.acquire(lease, bounds);
        // What is held counts here, too, in case that Redis goes away meanwhile.
        return isHeld && local.acquire(lease, { ...bounds, max: Infinity });
      },
      async () => {
        const isHeld = await local.acquire(lease, { ...bounds, max: shareOf(bounds.max) });
        if (isHeld) {
          this.#unshared.add(lease.id);
        }
        return isHeld;
      },
    );
  }

  async renew(leases: readonly ConcurrencyLease[]): Promise<void> {
    const { link, remote, local } = this.#options;
    await local.renew(leases);
    await withLocal(
      link,
      async () => {
        const unshared = leases.filter(({ id }) => this.#unshared.has(id));
        // One that is released from here on is taken out after this, on the same connection.
        await remote.enter(unshared);
        unshared.forEach(({ id }) => this.#unshared.delete(id));
        await remote.renew(leases);
      },
      () => undefined,
    );
  }

  async release(lease: Pick<ConcurrencyLease, 'id' | 'principal'>): Promise<void> {
    const { link, remote, local } = this.#options;
    this.#unshared.delete(lease.id);
    await local.release(lease);
    await withLocal(
      link,
      () => remote.release(lease),
      () => undefined,
    );
  }
}
