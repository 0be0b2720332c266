import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { QUOTA_WINDOW_SECS, type QuotaDecision, type Quotas } from './quotas.ts';

/** Quotas in the memory of this process. */
export class MemoryQuotas implements Quotas {
  readonly #limiter: RateLimiterMemory;

  constructor(ratePerMinute: number) {
    this.#limiter = new RateLimiterMemory({ points: ratePerMinute, duration: QUOTA_WINDOW_SECS });
  }

  async consume(principal: string): Promise<QuotaDecision> {
    try {
      await this.#limiter.consume(principal);
      return { outcome: 'allowed' };
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) {
        return { outcome: 'throttled', retryAfterSecs: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) };
      }
      throw refusal;
    }
  }
}
