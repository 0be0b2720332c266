// What can be asked of the lines that an instance wrote, and what was called while one was written.
import type { CallRow } from '@dcc-mcp/call-store';
import { readQuery, type QueryFields, toPredicate } from '@dcc-mcp/call-store/query';
import type { SessionEvent, SessionEventLevel } from '@dcc-mcp/session-events';

const LEVELS: readonly SessionEventLevel[] = ['trace', 'debug', 'info', 'warning', 'error'];

/** The columns of a line. */
export const LINE_FIELDS: QueryFields = {
  id: { type: 'number' },
  timestamp: { type: 'time' },
  level: { type: 'enum', values: LEVELS },
  source: { type: 'text' },
  stream: { type: 'text' },
  message: { type: 'text', isSearched: true },
  tool_call_id: { type: 'text', isSearched: true },
  job_id: { type: 'text', isSearched: true },
  correlation_id: { type: 'text', isSearched: true },
  trace_id: { type: 'text', isSearched: true },
  session_id: { type: 'text' },
};

/** The lines that a filter asks for; all where it can't be read. */
export function matchingLines<Line extends object>(lines: readonly Line[], q: string): readonly Line[] {
  const reading = readQuery(q, LINE_FIELDS);
  return reading.ok ? lines.filter(toPredicate(reading.query, LINE_FIELDS)) : lines;
}

/** How many lines there are of each level that asks for attention, or that there are any of; the worst first. */
export function countLevels(
  lines: readonly Pick<SessionEvent, 'level'>[],
): readonly { readonly level: SessionEventLevel; readonly count: number }[] {
  return LEVELS.map((level) => ({ level, count: lines.filter((line) => line.level === level).length }))
    .filter(({ count }) => count > 0)
    .toReversed();
}

/** A line may come this much later than the end of its call. */
export const DELAY_MILLIS = 100;

/** The calls that ran when a line was written; where none did, those that had just ended. */
export function callsDuring<Call extends Pick<CallRow, 'timestamp' | 'duration_ms'>>(
  calls: readonly Call[],
  timestamp: string,
): readonly Call[] {
  const at = Date.parse(timestamp);
  const near = calls.filter(({ timestamp: ended, duration_ms: millis }) => {
    const end = Date.parse(ended);
    return Math.floor(end - millis) <= at && at <= end + DELAY_MILLIS;
  });
  const running = near.filter(({ timestamp: ended }) => at <= Date.parse(ended));
  return running.length > 0 ? running : near;
}
