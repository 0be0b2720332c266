// What each surface says of the calls, and where they disagree.
import { factsOfKind } from '@dcc-mcp/request-context';
import { type ErrorKind, INSTANCE_NEVER_REGISTERED } from '@dcc-mcp/semantic-conventions';
import type { DecodedSpan } from '@dcc-mcp/test-kit/otlp-sink';
import { readSpanAccount } from '../faults/collector-account.ts';
import { valuesOf } from '../fixtures/exposition.ts';
import type { Attempt } from './clients.ts';

/** Everything that was said. */
export interface Said {
  readonly attempts: readonly Attempt[];
  /** `audit.jsonl`. */
  readonly rows: readonly Row[];
  readonly spans: readonly DecodedSpan[];
  /** The last scrape. */
  readonly metrics: string;
}

/** What is looked at of a row. */
export interface Row {
  readonly operation: string;
  readonly trace_id: string;
  readonly outcome: string;
}

const GOOD: ReadonlySet<string> = new Set(['ok', 'late_ok']);
const MAX_NAMED = 10;

/** One line for each thing that does not fit; empty where all is well. */
export function disagreements(said: Said): readonly string[] {
  const lines = [...unanswered(said), ...ofRows(said), ...ofCounters(said), ...ofSpans(said)];
  return lines.length > MAX_NAMED ? [...lines.slice(0, MAX_NAMED), `and ${lines.length - MAX_NAMED} more`] : lines;
}

function unanswered({ attempts }: Said): readonly string[] {
  return attempts.flatMap(({ end, way, slug, traceId }) =>
    end instanceof Error ? [`${traceId} (${slug} over ${way}) had no answer: ${String(end)} ${String(end.cause)}`] : [],
  );
}

/** Exactly one outcome for each call, and the one that its caller was told. */
function ofRows({ attempts, rows }: Said): readonly string[] {
  const byTrace = Map.groupBy(rows, (row) => row.trace_id);
  const known = new Set(attempts.map(({ traceId }) => traceId));
  const strangers = [...byTrace.keys()].filter((id) => !known.has(id)).map((id) => `a row of nobody's call: ${id}`);
  const wrong = attempts.flatMap(({ traceId, slug, way, end }) => {
    const outcomes = (byTrace.get(traceId) ?? []).map(({ outcome }) => outcome);
    const what = `${traceId} (${slug} over ${way})`;
    if (outcomes.length !== 1) {
      // Who left before the request was there has called nothing.
      return end === 'left' && outcomes.length === 0
        ? []
        : [`${what} has ${outcomes.length} outcomes: ${outcomes.join()}`];
    }
    const [kept = ''] = outcomes;
    const told = typeof end === 'object' && 'httpStatus' in end ? outcomesOf(end.kind) : outcomes;
    return told.includes(kept) ? [] : [`${what} was told ${told.join(' or ')} and is kept as ${kept}`];
  });
  return [...strangers, ...wrong];
}

/** What an answer of that kind may be kept as. The kind alone does not tell an instance that left from one that never was. */
function outcomesOf(kind: unknown): readonly string[] {
  if (typeof kind !== 'string') {
    return [...GOOD];
  }
  const { outcome } = factsOfKind(kind as ErrorKind);
  return kind === 'instance-offline' ? [outcome, INSTANCE_NEVER_REGISTERED.outcome] : [outcome];
}

function ofCounters({ rows, metrics }: Said): readonly string[] {
  const counts = valuesOf(metrics, 'dcc_mcp_tool_calls_total', ['tool', 'status']);
  const total = (status: string): number =>
    Object.entries(counts).reduce((sum, [key, value]) => sum + (key.endsWith(` ${status}`) ? value : 0), 0);
  const good = rows.filter(({ outcome }) => GOOD.has(outcome)).length;
  const pairs = [
    ['success', total('success'), good],
    ['error', total('error'), rows.length - good],
  ] as const;
  return pairs.flatMap(([status, counted, kept]) =>
    counted === kept ? [] : [`${counted} calls are counted as ${status}, and ${kept} rows are kept of such`],
  );
}

/** A span for each row; as many may be missing as the gateway says that it has lost. */
function ofSpans({ rows, spans, metrics }: Said): readonly string[] {
  const calls = spans.filter(({ name }) => name === 'gateway.call');
  const byTrace = Map.groupBy(calls, ({ traceId }) => traceId);
  const twice = [...byTrace].filter(([, of]) => of.length > 1).map(([id]) => `${id} has more than one call span`);
  const wrong = rows.flatMap(({ trace_id: id, outcome }) => {
    const [span] = byTrace.get(id) ?? [];
    const said = span?.attributes['dcc_mcp.outcome'] as string | undefined;
    return span === undefined || said === outcome ? [] : [`${id} is ${outcome} as a row, and ${said} as a span`];
  });
  const missing = rows.filter(({ trace_id: id }) => !byTrace.has(id)).length;
  const { started, exported, dropped } = readSpanAccount(metrics);
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  return [
    ...twice,
    ...wrong,
    ...(missing > lost ? [`${missing} call spans are missing, and only ${lost} spans are said to be lost`] : []),
    ...(exported + lost === started ? [] : [`of ${started} spans ${exported} have left and ${lost} are lost`]),
  ];
}
