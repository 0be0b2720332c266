import { truncateUtf8 } from '@dcc-mcp/bounds';
import type { CallRow, TraceRow, TraceSpan } from '@dcc-mcp/call-store';
import { counted } from '../../../protocol/printable-text.ts';
import { type Line, plain } from './print-lines.ts';
import { durationOf, timeOf, toneOf } from './values.ts';

/** What a call or a request is shown as: one line. */
export function rowLine(row: CallRow | TraceRow): Line {
  const millis = 'duration_ms' in row ? row.duration_ms : row.total_ms;
  const what = 'duration_ms' in row ? row.tool : requestOf(row);
  const error = 'error' in row && row.error !== undefined ? `  ${row.error.message}` : '';
  const who = row.agent_name ?? row.client_platform;
  const by = who === undefined ? '' : `by ${who}`;
  return [
    { text: `${timeOf(row.timestamp)}  ` },
    { text: row.outcome.padEnd(OUTCOME_WIDTH), tone: toneOf(row.outcome) },
    {
      text: ['', durationOf(millis).padStart(DURATION_WIDTH), what, by, row.request_id]
        .filter((part, index) => index === 0 || part !== '')
        .join('  '),
    },
    { text: error, tone: 'bad' },
  ];
}

/** What was asked for, and what about. */
function requestOf({ operation, tool, subject, item_count: items }: TraceRow): string {
  const about = tool ?? subject ?? (items === undefined ? undefined : counted(items, 'call'));
  return about === undefined ? operation : `${operation} ${about}`;
}

const OUTCOME_WIDTH = 12;
const DURATION_WIDTH = 8;
const BAR_WIDTH = 30;
const MAX_NAME = 48;

/** The spans of one request below each other, each with its bar on the time of the whole. */
export function waterfallLines(spans: readonly TraceSpan[], totalMillis: number): readonly Line[] {
  const depths = new Map<string, number>();
  return spans.map((span) => {
    const depth = span.parent_span_id === undefined ? 0 : (depths.get(span.parent_span_id) ?? -1) + 1;
    depths.set(span.span_id, depth);
    const name = truncateUtf8(`${'  '.repeat(depth)}${span.name}`, MAX_NAME).text.padEnd(MAX_NAME);
    const outcome = span.ok ? '' : `  ${span.outcome ?? 'failed'}`;
    return [
      ...plain(`${name} ${barOf(span, totalMillis)} ${durationOf(span.duration_ms)}`),
      { text: outcome, tone: 'bad' },
    ];
  });
}

function barOf({ started_ms: start, duration_ms: millis }: TraceSpan, totalMillis: number): string {
  const scale = BAR_WIDTH / Math.max(totalMillis, Number.EPSILON);
  const from = Math.min(BAR_WIDTH - 1, Math.max(0, Math.floor(start * scale)));
  const width = Math.max(1, Math.min(BAR_WIDTH - from, Math.round(millis * scale)));
  return `${'·'.repeat(from)}${'█'.repeat(width)}`.padEnd(BAR_WIDTH, '·');
}
