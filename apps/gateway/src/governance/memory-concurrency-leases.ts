import type { ConcurrencyLease, ConcurrencyLeases } from './concurrency-leases.ts';

/** Leases in the memory of this process. */
export class MemoryConcurrencyLeases implements ConcurrencyLeases {
  /** For each principal that runs something, when each of its leases expires. */
  readonly #expiries = new Map<string, Map<string, number>>();

  async acquire(
    { id, principal, expiresAt }: ConcurrencyLease,
    { max, now }: { readonly max: number; readonly now: number },
  ): Promise<boolean> {
    const held = this.#expiries.get(principal) ?? new Map<string, number>();
    if (held.size >= max) {
      dropExpired(held, now);
    }
    if (held.size >= max) {
      return false;
    }
    held.set(id, expiresAt);
    this.#expiries.set(principal, held);
    return true;
  }

  async renew(leases: readonly ConcurrencyLease[]): Promise<void> {
    for (const { id, principal, expiresAt } of leases) {
      const held = this.#expiries.get(principal);
      if (held?.has(id) === true) {
        held.set(id, expiresAt);
      }
    }
  }

  async release({ id, principal }: Pick<ConcurrencyLease, 'id' | 'principal'>): Promise<void> {
    const held = this.#expiries.get(principal);
    held?.delete(id);
    if (held?.size === 0) {
      this.#expiries.delete(principal);
    }
  }
}

function dropExpired(held: Map<string, number>, now: number): void {
  for (const [id, expiresAt] of held) {
    if (expiresAt <= now) {
      held.delete(id);
    }
  }
}
