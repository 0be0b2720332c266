export interface BackoffOptions {
  /** Default 250 ms. */
  readonly baseMillis?: number;
  /** Default 30 s. */
  readonly maxMillis?: number;
  readonly random: () => number;
}

/** The pause before try number `attempt` (from 0): doubles up to the maximum, and lies between half of that and all of it. */
export function backoffMillis(attempt: number, options: BackoffOptions): number {
  const { baseMillis = 250, maxMillis = 30_000, random } = options;
  const full = Math.min(maxMillis, baseMillis * 2 ** Math.min(attempt, 30));
  // The first pause is never shorter than the base: a child that dies at once must not spin.
  return Math.max(Math.min(baseMillis, maxMillis), Math.round(full / 2 + (random() * full) / 2));
}
