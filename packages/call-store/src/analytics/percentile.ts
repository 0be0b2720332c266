/** The value of nearest rank: the smallest that at least this share of all is not above. @param sorted Ascending. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];
}

/** Ascending. */
export function sortNumbers(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

/** Absent of nothing. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The members that have a value: what is not known is absent. */
export function present<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- members that may be undefined are optional where this is used
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

/** Rows by a key; those without one are left out. */
export function groupBy<Row>(
  rows: Iterable<Row>,
  keyOf: (row: Row) => string | undefined,
): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== undefined) {
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, [row]);
      } else {
        group.push(row);
      }
    }
  }
  return groups;
}
