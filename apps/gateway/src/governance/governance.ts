import { isDeepStrictEqual } from 'node:util';
import { type Budgets, type BudgetSettings, createBudgets } from './budgets.ts';
import { type CallLoop, CallLoops, type LoopSettings } from './call-loops.ts';
import type { ConcurrencyLeases } from './concurrency-leases.ts';
import { createPolicy, type Policy, type PolicySettings } from './policy.ts';
import { PrincipalLimit } from './principal-limit.ts';
import type { Quarantine } from './quarantine/quarantine.ts';
import type { CreateQuotas, Quotas } from './quotas.ts';

/** What the operator allows, and how much of it; a limit that is absent is none. */
export interface GovernanceSettings {
  readonly policy: PolicySettings & { readonly quarantine: 'off' | 'on-change' };
  readonly limits: Limits;
}

interface Limits extends BudgetSettings, LoopSettings {
  readonly ratePerMinute?: number | undefined;
  readonly concurrencyPerPrincipal?: number | undefined;
}

/** Where a {@link Governance} keeps what it counts. Each store is made anew when its limit changes. */
export interface GovernanceOptions {
  readonly createQuotas: CreateQuotas;
  readonly createLeases: () => ConcurrencyLeases;
  readonly quarantine: Quarantine;
  /** Told of a caller that makes the same call again and again. */
  readonly onLoop: (loop: CallLoop) => void;
  /** Told of each operation that a limit refused here. */
  readonly onThrottled?: (() => void) | undefined;
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
  #quarantine: Quarantine | undefined;
  #budgets: Budgets | undefined;
  #loops: CallLoops;
  /** In force. */
  #limits: Limits | undefined;
  #throttled = 0;

  constructor(settings: GovernanceSettings, options: GovernanceOptions) {
    this.#options = options;
    this.#loops = new CallLoops({ settings: settings.limits, onLoop: options.onLoop });
    this.apply(settings);
  }

  get policy(): Policy | undefined {
    return this.#policy;
  }

  /** Absent where no tool is held, whatever becomes of it. */
  get quarantine(): Quarantine | undefined {
    return this.#quarantine;
  }

  /** True where each tool that the instance lists is held. */
  isWholeHeld(instanceId: string): boolean {
    return this.#options.quarantine.isWholeHeld(instanceId);
  }

  /**
   * Begins to hold changed tools, or ends it, as the settings in force say. Never rejects.
   *
   * @param review Called where it begins: what is listed already is yet to be looked at.
   */
  async settleQuarantine(review: (quarantine: Quarantine) => void = () => {}): Promise<void> {
    const { quarantine } = this.#options;
    if (this.#quarantine === undefined) {
      return quarantine.close();
    }
    if (await quarantine.open()) {
      review(quarantine);
    }
  }

  /** @param onChange Told when other tools are held than before. */
  listen(onChange: () => void): void {
    this.#options.quarantine.listen(onChange);
  }

  /** Ends what goes on by itself. */
  close(): Promise<void> {
    return this.#options.quarantine.close();
  }

  get quotas(): Quotas | undefined {
    return this.#quotas;
  }

  get budgets(): Budgets | undefined {
    return this.#budgets;
  }

  get loops(): CallLoops {
    return this.#loops;
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
    this.#options.onThrottled?.();
  }

  /** Principals that a limit counts at this moment. */
  async tracked(): Promise<number> {
    return Math.max((await this.#quotas?.tracked()) ?? 0, this.#concurrency?.tracked ?? 0);
  }

  /** From now on these settings hold; what runs already is not touched, and a limit that is what it was goes on counting. */
  apply({ policy, limits }: GovernanceSettings): void {
    this.#policy = createPolicy(policy);
    this.#quarantine = policy.quarantine === 'off' ? undefined : this.#options.quarantine;
    const before = this.#limits;
    this.#limits = limits;
    const { createQuotas, createLeases, onLoop, ...rest } = this.#options;
    const { ratePerMinute, concurrencyPerPrincipal: max } = limits;
    const isOther = (...names: readonly (keyof Limits)[]): boolean =>
      names.some((name) => !isDeepStrictEqual(before?.[name], limits[name]));
    if (isOther('ratePerMinute')) {
      this.#quotas = ratePerMinute === undefined ? undefined : createQuotas(ratePerMinute, 'operations');
    }
    if (isOther('readOnlyRatePerMinute', 'destructiveRatePerMinute', 'toolRatesPerMinute')) {
      this.#budgets = createBudgets(limits, createQuotas);
    }
    if (before !== undefined && isOther('loopCalls', 'loopWindowSecs', 'refuseLoops')) {
      this.#loops = new CallLoops({ settings: limits, onLoop });
    }
    if (isOther('concurrencyPerPrincipal')) {
      this.#concurrency = max === undefined ? undefined : new PrincipalLimit({ ...rest, max, leases: createLeases() });
    }
  }
}
