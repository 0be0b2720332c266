/** The value of nearest rank: the smallest that at least this share of all is not above. @param sorted Ascending. */
export function percentile(sorted: ArrayLike<number>, share: number): number | undefined {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}

/** Ascending. */
export function sortNumbers(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

/** Absent of nothing. */
export function mean(values: ArrayLike<number>): number | undefined {
  return values.length === 0 ? undefined : sum(values) / values.length;
}

/** What is no number (`NaN`) counts nothing. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) {
    total += values[index] || 0;
  }
  return total;
}
