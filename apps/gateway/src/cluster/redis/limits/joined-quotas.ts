import type { QuotaDecision, Quotas } from '../../../governance/quotas.ts';
import type { RedisLink } from '../link/redis-link.ts';
import { withLocal } from '../link/with-local.ts';

/** What {@link JoinedQuotas} counts with. */
export interface JoinedQuotasOptions {
  readonly link: Pick<RedisLink, 'isUp' | 'status'>;
  readonly remote: Quotas;
  /** Makes those of this gateway alone, of its share of the limit at that moment. */
  readonly createLocal: () => Quotas;
}

/** Quotas of all gateways, and while Redis is away those of this one alone, which begin anew each time. */
export class JoinedQuotas implements Quotas {
  readonly #options: JoinedQuotasOptions;
  #local: { readonly quotas: Quotas; readonly since: number } | undefined;

  constructor(options: JoinedQuotasOptions) {
    this.#options = options;
  }

  consume(principal: string): Promise<QuotaDecision> {
    const { link, remote } = this.#options;
    return withLocal(
      link,
      () => remote.consume(principal),
      () => this.#locals().consume(principal),
    );
  }

  tracked(): Promise<number> {
    return (this.#options.link.isUp ? this.#options.remote : this.#locals()).tracked();
  }

  #locals(): Quotas {
    const { since } = this.#options.link.status();
    if (this.#local?.since !== since) {
      this.#local = { quotas: this.#options.createLocal(), since };
    }
    return this.#local.quotas;
  }
}
