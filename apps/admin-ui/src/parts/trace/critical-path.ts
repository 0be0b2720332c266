import type { TraceSpan } from '@dcc-mcp/call-store';
import { toTree } from './trace-rows.ts';

/**
 * The spans that the end of the trace waited for: from the end of the root backwards, each time the child that ended last
 * before what is left, and its own path.
 */
export function criticalPath(spans: readonly TraceSpan[]): ReadonlySet<string> {
  const { roots, childrenOf } = toTree(spans);
  const root = roots.toSorted((one, other) => other.duration_ms - one.duration_ms)[0];
  const path = new Set<string>();
  const stack = root === undefined ? [] : [root];
  for (let span = stack.pop(); span !== undefined; span = stack.pop()) {
    path.add(span.span_id);
    let left = endOf(span);
    const lastFirst = (childrenOf.get(span.span_id) ?? []).toSorted((one, other) => endOf(other) - endOf(one));
    for (const child of lastFirst) {
      if (endOf(child) <= left + CLOCK_MILLIS) {
        stack.push(child);
        left = child.started_ms;
      }
    }
  }
  return path;
}

/** Times are rounded, so that one that follows another may begin a little before its end. */
const CLOCK_MILLIS = 0.01;

function endOf({ started_ms: from, duration_ms: length }: TraceSpan): number {
  return from + length;
}
