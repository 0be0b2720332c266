import type { TraceDetail } from '../rows/trace-row.ts';
import type { CallStore } from './call-store.ts';

/** The newest trace that has the id, with the requests of the same trace that are retained, oldest first. */
export async function traceDetail(store: Pick<CallStore, 'find'>, id: string): Promise<TraceDetail | undefined> {
  const [newest] = await store.find('traces', id);
  if (newest === undefined) {
    return undefined;
  }
  const sameTrace = await store.find('traces', newest.trace_id);
  const requests = sameTrace
    .map(({ row_id, request_id, operation, outcome }) => ({ row_id, request_id, operation, outcome }))
    .toReversed();
  return { ...newest, requests };
}
