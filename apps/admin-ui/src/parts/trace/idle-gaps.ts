import type { TraceSpan } from '@dcc-mcp/call-store';
import type { TimeWindow } from './time-window.ts';
import type { OutputLine } from './trace-rows.ts';

/** Shorter parts of a trace hide nothing when they are drawn as long as they are. */
const LEAST_SHARE = 1 / 5;
const LEAST_GAP_MILLIS = 100;
/** Where next to nothing lies outside of the gaps, there is nothing to make room for. */
const LEAST_BUSY_MILLIS = 0.01;

/** The parts of a trace in which no span begins or ends and no line is written: long ones only, first to last. */
export function idleGaps(
  spans: readonly TraceSpan[],
  lines: readonly OutputLine[],
  totalMillis: number,
): readonly TimeWindow[] {
  const moments = [
    ...spans.flatMap(({ started_ms: from, duration_ms: length }) => [from, from + length]),
    ...lines.map(({ at }) => at),
  ];
  const within = [0, ...moments, totalMillis].filter((at) => at >= 0 && at <= totalMillis);
  const sorted = within.toSorted((one, other) => one - other);
  const least = Math.max(totalMillis * LEAST_SHARE, LEAST_GAP_MILLIS);
  const gaps = sorted.flatMap((to, index) => {
    const from = sorted[index - 1] ?? to;
    return to - from > least ? [{ from, to }] : [];
  });
  const busy = gaps.reduce((left, { from, to }) => left - (to - from), totalMillis);
  return busy < LEAST_BUSY_MILLIS ? [] : gaps;
}
