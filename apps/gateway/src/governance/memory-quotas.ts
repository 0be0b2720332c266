import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { QUOTA_WINDOW_SECS, type QuotaDecision, type Quotas } from './quotas.ts';

/** Principals that may be remembered before the first look for those whose window is over. */
const MIN_SWEEP = 1_024;

/** Quotas in the memory of this process. */
export class MemoryQuotas implements Quotas {
  readonly #limiter: RateLimiterMemory;
  /** When the window of each principal ends, in epoch milliseconds; some are over. */
  readonly #windows = new Map<string, number>();
  #sweepAt = MIN_SWEEP;

  constructor(ratePerMinute: number) {
    this.#limiter = new RateLimiterMemory({ points: ratePerMinute, duration: QUOTA_WINDOW_SECS });
  }

  async consume(principal: string): Promise<QuotaDecision> {
    try {
      const { isFirstInDuration, msBeforeNext } = await this.#limiter.consume(principal);
      if (isFirstInDuration) {
        this.#windows.set(principal, Date.now() + msBeforeNext);
        this.#sweepIfLarge();
      }
      return { outcome: 'allowed' };
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) {
        return { outcome: 'throttled', retryAfterSecs: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) };
      }
      throw refusal;
    }
  }

  async tracked(): Promise<number> {
    this.#sweep();
    return this.#windows.size;
  }

  /** What is over is dropped once as many have come as were left the last time, so that each costs little. */
  #sweepIfLarge(): void {
    if (this.#windows.size >= this.#sweepAt) {
      this.#sweep();
      this.#sweepAt = Math.max(MIN_SWEEP, 2 * this.#windows.size);
    }
  }

  #sweep(): void {
    const now = Date.now();
    for (const [principal, end] of this.#windows) {
      if (end <= now) {
        this.#windows.delete(principal);
      }
    }
  }
}
