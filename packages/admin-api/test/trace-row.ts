import type { Trace } from '@dcc-mcp/call-store';
import { callRow } from './call-row.ts';

/** The trace of a good call, as a gateway would record it. */
export function traceRow(more: Partial<Trace> = {}): Trace {
  const { duration_ms: millis, tool_label: _label, ...row } = callRow();
  return {
    ...row,
    started_at: row.timestamp,
    total_ms: millis,
    span_count: 0,
    slowest_span_name: '',
    slowest_span_ms: 0,
    total_tokens: 2,
    is_slow: false,
    spans: [],
    ...more,
  };
}
