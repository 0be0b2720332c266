import type { ConcurrencyLease, ConcurrencyLeases } from './concurrency-leases.ts';

/** What a {@link PrincipalLimit} is made of. */
export interface PrincipalLimitOptions {
  /** Operations at once, at least 1. */
  readonly max: number;
  readonly leases: ConcurrencyLeases;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Told when a lease can't be renewed or released; it expires by itself. */
  readonly onError: (error: unknown) => void;
}

/** How long the place of an operation stays taken after its gateway has died. */
const LEASE_MILLIS = 10_000;
const RENEWAL_MILLIS = 3_000;

/** How many operations each principal may run at once. */
export class PrincipalLimit {
  readonly #options: PrincipalLimitOptions;
  readonly #held = new Map<string, ConcurrencyLease>();
  #renewal: NodeJS.Timeout | undefined;

  constructor(options: PrincipalLimitOptions) {
    this.#options = options;
  }

  /** Principals that run something here. */
  get tracked(): number {
    return new Set(Array.from(this.#held.values(), ({ principal }) => principal)).size;
  }

  /** @returns What ends the operation, or `undefined` when the principal has too many. */
  async enter(principal: string): Promise<(() => void) | undefined> {
    const { leases, max, newId } = this.#options;
    const now = this.#options.now();
    const lease = { id: newId(), principal, expiresAt: now + LEASE_MILLIS };
    if (!(await leases.acquire(lease, { max, now }))) {
      return undefined;
    }
    this.#held.set(lease.id, lease);
    this.#renewal ??= setInterval(() => this.#renew(), RENEWAL_MILLIS).unref();
    return () => this.#leave(lease);
  }

  /** Nobody waits for it: the operation has its answer already. */
  #leave(lease: ConcurrencyLease): void {
    const { leases, onError } = this.#options;
    this.#held.delete(lease.id);
    leases.release(lease).catch(onError);
  }

  #renew(): void {
    if (this.#held.size === 0) {
      clearInterval(this.#renewal);
      this.#renewal = undefined;
      return;
    }
    const { leases, now, onError } = this.#options;
    const expiresAt = now() + LEASE_MILLIS;
    leases.renew([...this.#held.values()].map(({ id, principal }) => ({ id, principal, expiresAt }))).catch(onError);
  }
}
