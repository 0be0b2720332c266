import type { TraceSpan } from '@dcc-mcp/call-store';
import { slowSpans } from './span-matches.ts';
import { withAncestors } from './trace-rows.ts';

/** What a gateway does around a request to a server, as its traces name it. */
const PHASES = new Set(['queue', 'response']);
/** One that took so many times what is usual for its name is an outlier. */
const OUTLIER_TIMES = 3;
/** What took less than this share of the trace is no outlier: clocks jitter. */
const OUTLIER_SHARE = 1 / 100;

/**
 * The spans that only carry a request, and of which there is nothing to say: hops to a server, and what the gateway does
 * around them. One that failed or took long is none, nor one in `kept`, nor one that such a span lies under.
 *
 * @param kept Ids of what is looked at or holds something to read.
 */
export function plumbingOf(
  spans: readonly TraceSpan[],
  totalMillis: number,
  kept: ReadonlySet<string>,
): ReadonlySet<string> {
  const known = new Set(spans.map(({ span_id: id }) => id));
  const slow = slowSpans(spans, totalMillis);
  const usual = usualMillis(spans);
  const isLong = ({ span_id: id, name, duration_ms: length }: TraceSpan): boolean =>
    slow.has(id) || length > Math.max((usual.get(name) ?? 0) * OUTLIER_TIMES, totalMillis * OUTLIER_SHARE);
  const isRoot = ({ parent_span_id: parent }: TraceSpan): boolean => parent === undefined || !known.has(parent);
  const stays = spans.filter(
    (span) => isRoot(span) || !carries(span) || !wentWell(span) || isLong(span) || kept.has(span.span_id),
  );
  const shown = new Set(withAncestors(spans, new Set(stays.map(({ span_id: id }) => id))));
  return new Set(spans.filter((span) => !shown.has(span)).map(({ span_id: id }) => id));
}

function carries({ kind, name }: TraceSpan): boolean {
  return kind === 'client' || PHASES.has(name);
}

/** A phase has no outcome of its own. What came too late went well, and is worth a look. */
function wentWell({ ok, outcome = 'ok' }: TraceSpan): boolean {
  return ok && outcome === 'ok';
}

/** The median of each name. */
function usualMillis(spans: readonly TraceSpan[]): ReadonlyMap<string, number> {
  const lengths = Map.groupBy(spans, ({ name }) => name);
  return new Map(
    Array.from(lengths, ([name, equal]) => {
      const sorted = equal.map(({ duration_ms: length }) => length).toSorted((one, other) => one - other);
      return [name, sorted[Math.floor((sorted.length - 1) / 2)] ?? 0];
    }),
  );
}
