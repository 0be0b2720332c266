import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** `allowed`, or how long to wait. */
export type QuotaDecision =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'throttled'; readonly retryAfterSecs: number };

/** Counts one operation of a principal. */
export type Quota = (principal: string) => Promise<QuotaDecision>;

const WINDOW_SECS = 60;

/** @returns `undefined` where nothing is limited. */
export function createQuota(ratePerMinute: number | undefined): Quota | undefined {
  if (ratePerMinute === undefined) {
    return undefined;
  }
  const limiter = new RateLimiterMemory({ points: ratePerMinute, duration: WINDOW_SECS });
  return async (principal) => {
    try {
      await limiter.consume(principal);
      return { outcome: 'allowed' };
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) {
        return { outcome: 'throttled', retryAfterSecs: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) };
      }
      throw refusal;
    }
  };
}
