import type { CallRow } from '../rows/call-row.ts';
import { mean, percentile, sortNumbers } from './percentile.ts';

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
  return [...Map.groupBy(calls, nameOf)].flatMap(([name, group]) =>
    name === undefined ? [] : [toTopRow(name, group)],
  );
}

function toTopRow(name: string, calls: readonly CallRow[]): TopRow {
  const durations = sortNumbers(calls.map(({ duration_ms: millis }) => millis));
  const failed = calls.filter(({ success }) => !success).length;
  return {
    name,
    count: calls.length,
    failed,
    failure_rate: failed / calls.length,
    mean_ms: mean(durations) ?? 0,
    p95_ms: percentile(durations, P95) ?? 0,
    output_tokens: calls.reduce((sum, { output_tokens: tokens }) => sum + tokens, 0),
  };
}

/** The ten with most of something; those of equal weight by name. */
export function topOf(rows: readonly TopRow[], weightOf: (row: TopRow) => number): readonly TopRow[] {
  return rows.toSorted((a, b) => weightOf(b) - weightOf(a) || (a.name < b.name ? -1 : 1)).slice(0, MAX_TOP_ROWS);
}
