import type { ConcurrencyLeases } from './concurrency-leases.ts';
import { createPolicy, type Policy, type PolicySettings } from './policy.ts';
import { PrincipalLimit } from './principal-limit.ts';
import type { Quotas } from './quotas.ts';

/** What the operator allows, and how much of it; a limit that is absent is none. */
export interface GovernanceSettings {
  readonly policy: PolicySettings;
  readonly limits: {
    readonly ratePerMinute?: number | undefined;
    readonly concurrencyPerPrincipal?: number | undefined;
  };
}

/** Where a {@link Governance} keeps what it counts. Each store is made anew when its limit changes. */
export interface GovernanceOptions {
  readonly createQuotas: (ratePerMinute: number) => Quotas;
  readonly createLeases: () => ConcurrencyLeases;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Told when a store fails and nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

/** What operations ask before they act; each part is absent where nothing is restricted. Replaced when the file changes. */
export class Governance {
  readonly #options: GovernanceOptions;
  #policy: Policy | undefined;
  #quotas: Quotas | undefined;
  #concurrency: PrincipalLimit | undefined;
  #throttled = 0;

  constructor(settings: GovernanceSettings, options: GovernanceOptions) {
    this.#options = options;
    this.apply(settings);
  }

  get policy(): Policy | undefined {
    return this.#policy;
  }

  get quotas(): Quotas | undefined {
    return this.#quotas;
  }

  get concurrency(): PrincipalLimit | undefined {
    return this.#concurrency;
  }

  /** Operations that a limit refused since the start. */
  get throttled(): number {
    return this.#throttled;
  }

  noteThrottled(): void {
    this.#throttled += 1;
  }

  /** Principals that a limit counts at this moment. */
  async tracked(): Promise<number> {
    return Math.max((await this.#quotas?.tracked()) ?? 0, this.#concurrency?.tracked ?? 0);
  }

  /** From now on these settings hold; what runs already is not touched. */
  apply({ policy, limits }: GovernanceSettings): void {
    const { ratePerMinute, concurrencyPerPrincipal: max } = limits;
    const { createQuotas, createLeases, ...rest } = this.#options;
    this.#policy = createPolicy(policy);
    this.#quotas = ratePerMinute === undefined ? undefined : createQuotas(ratePerMinute);
    this.#concurrency = max === undefined ? undefined : new PrincipalLimit({ ...rest, max, leases: createLeases() });
  }
}
