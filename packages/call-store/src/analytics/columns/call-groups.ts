import type { CallRow } from '../../rows/call-row.ts';
import { ascending, numbersAt } from './ascending.ts';
import { countingSort } from './counting-sort.ts';
import type { RowColumns } from './row-columns.ts';

/** Calls that have something in common. */
export interface CallGroup {
  readonly count: number;
  readonly failed: number;
  readonly outputTokens: number;
  /** In milliseconds, ascending. */
  readonly durations: Float64Array;
}

/** The group of each call, and how many groups there are. */
export interface Grouping {
  readonly places: Uint32Array;
  readonly groups: number;
}

/** Gives the groups of calls, each by its place. */
export type Grouper = (grouping: Grouping) => readonly CallGroup[];

/** Puts calls in the order of their durations, once: those of any group are in that order, too. */
export function createGrouper(calls: RowColumns<CallRow>): Grouper {
  const durations = calls.numbers('duration_ms');
  const byDuration = ascending(durations);
  const weights = { failed: failuresOf(calls), outputTokens: calls.numbers('output_tokens') };
  return (grouping) => {
    const { order, begins } = countingSort(byDuration, grouping.places, grouping.groups);
    const grouped = numbersAt(durations, order);
    const counts = countBy(grouping);
    const failed = sumBy(grouping, weights.failed);
    const outputTokens = sumBy(grouping, weights.outputTokens);
    return Array.from(counts, (count, group) => ({
      count,
      failed: failed[group] ?? 0,
      outputTokens: outputTokens[group] ?? 0,
      durations: grouped.subarray(begins[group], begins[group + 1]),
    }));
  };
}

/** One for each call that failed. */
function failuresOf(calls: RowColumns<CallRow>): Float64Array {
  const { different, places } = calls.values('success');
  const failures = Float64Array.from(different, (success) => Number(success !== true));
  return new Float64Array(places).map((place) => failures[place] ?? 0);
}

/** How many calls each group has. */
export function countBy({ places, groups }: Grouping): Uint32Array {
  const counts = new Uint32Array(groups);
  for (let row = 0; row < places.length; row += 1) {
    const group = places[row] ?? 0;
    counts[group] = (counts[group] ?? 0) + 1;
  }
  return counts;
}

/** What is no number (`NaN`) counts nothing. @param weights Of each call. */
function sumBy({ places, groups }: Grouping, weights: Float64Array): Float64Array {
  const sums = new Float64Array(groups);
  for (let row = 0; row < places.length; row += 1) {
    const group = places[row] ?? 0;
    sums[group] = (sums[group] ?? 0) + (weights[row] || 0);
  }
  return sums;
}
