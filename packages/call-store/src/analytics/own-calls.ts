import type { CallRow } from '../rows/call-row.ts';
import type { RowIdentity } from '../rows/row-identity.ts';

/** The call that a request is; of a batch those of its items, in their order. */
export function ownCalls(request: RowIdentity, calls: readonly CallRow[]): readonly CallRow[] {
  return calls
    .filter((call) => call.row_id === request.row_id || isItemOf(call, request))
    .toSorted((a, b) => (a.batch_index ?? 0) - (b.batch_index ?? 0));
}

/** By its span, as clients repeat the ids of their requests. */
function isItemOf(call: CallRow, batch: RowIdentity): boolean {
  return call.batch_index !== undefined && call.trace_id === batch.trace_id && call.parent_span_id === batch.span_id;
}
