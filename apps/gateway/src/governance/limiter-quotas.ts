import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { QuotaDecision, Quotas } from './quotas.ts';

/** Principals that may be remembered before the first look for those whose window is over. */
const MIN_SWEEP = 1_024;

/** Quotas that a limiter counts. */
export class LimiterQuotas implements Quotas {
  readonly #limiter: RateLimiterAbstract;
  /** When the window of each principal that came here ends, in epoch milliseconds; some are over. */
  readonly #windows = new Map<string, number>();
  #sweepAt = MIN_SWEEP;

  constructor(limiter: RateLimiterAbstract) {
    this.#limiter = limiter;
  }

  async consume(principal: string): Promise<QuotaDecision> {
    try {
      const { msBeforeNext } = await this.#limiter.consume(principal);
      this.#remember(principal, msBeforeNext);
      return { outcome: 'allowed' };
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) {
        this.#remember(principal, refusal.msBeforeNext);
        return { outcome: 'throttled', retryAfterSecs: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)) };
      }
      throw refusal;
    }
  }

  async tracked(): Promise<number> {
    this.#sweep();
    return this.#windows.size;
  }

  #remember(principal: string, millis: number): void {
    if (!this.#windows.has(principal)) {
      this.#sweepIfLarge();
    }
    this.#windows.set(principal, Date.now() + millis);
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
