/** `allowed`, or how long to wait. */
export type QuotaDecision =
  | { readonly outcome: 'allowed' }
  | { readonly outcome: 'throttled'; readonly retryAfterSecs: number };

/** Operations of each principal in the current minute, at one gateway or at several that share them. */
export interface Quotas {
  /** Counts one operation, at once: two callers never get the same last one. */
  consume(principal: string): Promise<QuotaDecision>;
  /** Principals that are counted at this moment. */
  tracked(): Promise<number>;
}

/**
 * Makes quotas of so many operations in a minute.
 *
 * @param name What they count, by which several gateways mean the same ones.
 */
export type CreateQuotas = (ratePerMinute: number, name: string) => Quotas;

/** The length of the window that quotas count in. */
export const QUOTA_WINDOW_SECS = 60;
