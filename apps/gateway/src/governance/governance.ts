import type { GatewayConfig } from '@dcc-mcp/telemetry-config';
import { createPolicy, type Policy } from './policy.ts';
import { PrincipalLimit } from './principal-limit.ts';
import { createQuota, type Quota } from './quota.ts';

/** What operations ask before they act; each part is absent where nothing is restricted. Replaced when the file changes. */
export class Governance {
  #policy: Policy | undefined;
  #quota: Quota | undefined;
  #concurrency: PrincipalLimit | undefined;

  constructor(config: Pick<GatewayConfig, 'policy' | 'limits'>) {
    this.apply(config);
  }

  get policy(): Policy | undefined {
    return this.#policy;
  }

  get quota(): Quota | undefined {
    return this.#quota;
  }

  get concurrency(): PrincipalLimit | undefined {
    return this.#concurrency;
  }

  /** From now on these settings hold; what runs already is not touched. */
  apply({ policy, limits }: Pick<GatewayConfig, 'policy' | 'limits'>): void {
    const { ratePerMinute, concurrencyPerPrincipal } = limits;
    this.#policy = createPolicy(policy);
    this.#quota = createQuota(ratePerMinute);
    this.#concurrency = concurrencyPerPrincipal === undefined ? undefined : new PrincipalLimit(concurrencyPerPrincipal);
  }
}
