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

/** The length of the window that quotas count in. */
export const QUOTA_WINDOW_SECS = 60;
