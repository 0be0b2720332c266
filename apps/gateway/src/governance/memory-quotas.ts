import { RateLimiterMemory } from 'rate-limiter-flexible';
import { LimiterQuotas } from './limiter-quotas.ts';
import { QUOTA_WINDOW_SECS } from './quotas.ts';

/** Quotas in the memory of this process. */
export class MemoryQuotas extends LimiterQuotas {
  constructor(ratePerMinute: number) {
    super(new RateLimiterMemory({ points: ratePerMinute, duration: QUOTA_WINDOW_SECS }));
  }
}
