import type { TraceRow } from '@dcc-mcp/call-store';
import type { TraceTextKey } from '../../text/en/trace.ts';

/** One thing that is to be known of how whole a trace is. */
export interface ContinuityNote {
  readonly key: TraceTextKey;
  /** Whether something of the trace is missing elsewhere. */
  readonly isGap: boolean;
}

/** Why a trace is whole, or is not: what the caller sent, whether it is exported, what the server gave back. */
export function continuityOf(
  trace: Pick<TraceRow, 'trace_carrier' | 'trace_sampled' | 'parent_span_id' | 'caller_trace_id'>,
): readonly ContinuityNote[] {
  const { trace_carrier: carrier, trace_sampled: isSampled, parent_span_id: parent, caller_trace_id: caller } = trace;
  return [
    carrier === 'none'
      ? { key: 'continuity.none', isGap: true }
      : caller !== undefined
        ? { key: 'continuity.linked', isGap: false }
        : { key: parent === undefined ? 'continuity.root' : `continuity.${carrier}`, isGap: false },
    isSampled ? { key: 'continuity.exported', isGap: false } : { key: 'continuity.notExported', isGap: true },
  ];
}
