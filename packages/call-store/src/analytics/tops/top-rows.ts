import type { CallRow } from '../../rows/call-row.ts';
import { type CallGroup, createGrouper, type Grouper } from '../columns/call-groups.ts';
import { columnsOf, toValues, type Values } from '../columns/row-columns.ts';
import { mean, percentile } from '../percentile.ts';

/** Calls that have something in common. Durations in milliseconds. */
export interface TopRow {
  readonly name: string;
  readonly count: number;
  readonly failed: number;
  /** 0 … 1. */
  readonly failure_rate: number;
  readonly mean_ms: number;
  readonly p95_ms: number;
  readonly output_tokens: number;
}

const MAX_TOP_ROWS = 10;
const P95 = 0.95;

/** One row for each value; calls without one are in none. */
export function toTopRows(calls: readonly CallRow[], nameOf: (call: CallRow) => string | undefined): readonly TopRow[] {
  return topRowsOf(createGrouper(columnsOf(calls)), toValues(calls, nameOf));
}

/** The same of calls that lie by columns. */
export function topRowsOf(groupsOf: Grouper, { different, places }: Values<string | undefined>): readonly TopRow[] {
  const groups = groupsOf({ places, groups: different.length });
  return different.flatMap((name, place) => {
    const calls = groups[place];
    return name === undefined || calls === undefined || calls.count === 0 ? [] : [toTopRow(name, calls)];
  });
}

function toTopRow(name: string, { count, failed, outputTokens, durations }: CallGroup): TopRow {
  return {
    name,
    count,
    failed,
    failure_rate: failed / count,
    mean_ms: mean(durations) ?? 0,
    p95_ms: percentile(durations, P95) ?? 0,
    output_tokens: outputTokens,
  };
}

/** The ten with most of something; those of equal weight by name. */
export function topOf(rows: readonly TopRow[], weightOf: (row: TopRow) => number): readonly TopRow[] {
  return rows.toSorted((a, b) => weightOf(b) - weightOf(a) || (a.name < b.name ? -1 : 1)).slice(0, MAX_TOP_ROWS);
}
