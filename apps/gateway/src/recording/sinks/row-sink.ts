import { BoundedMap } from '@dcc-mcp/bounds';
import { type CallStore, newRowId, SlowCalls } from '@dcc-mcp/call-store';
import { statusOfOutcome } from '@dcc-mcp/request-context';
import { OPERATION_CALL, OPERATION_SEARCH } from '@dcc-mcp/semantic-conventions';
import type { FinishedOperation, OperationDetails } from '../record/finished.ts';
import { followUpKindOf } from '../record/follow-ups.ts';
import type { OperationTrail } from '../record/operation-trail.ts';
import type { Sink } from '../record/recorder.ts';
import { keepOperation } from '../rows/kept/keep-operation.ts';
import { OperationMemory } from '../rows/kept/operation-memory.ts';
import { appendRows, leavesInOrder } from '../rows/late-rows.ts';
import type { ListedTokens } from '../rows/listed-tokens.ts';
import { operationOf, toSearchRow } from '../rows/operation-rows.ts';

/** Searches whose start is remembered. */
const MAX_SEARCHES = 1_000;

/** What {@link createRowSink} writes to, and how. */
export interface RowSinkOptions {
  readonly store: CallStore;
  readonly listed: ListedTokens;
  /** Calls longer than this are slow, in milliseconds. */
  readonly slowMillis: number;
  /** Places of payloads that are never kept. */
  readonly hiddenPaths: readonly (readonly string[])[];
  readonly sha256: (text: string) => string;
}

/** Keeps rows of each operation: its trace, and what it is besides: a call, a search, a decision, a step after a search. */
export function createRowSink(options: RowSinkOptions): Sink {
  const slow = new SlowCalls(options.slowMillis);
  const searchedAt = new BoundedMap<string, number>({ maxEntries: MAX_SEARCHES });
  const keeping = { ...options, slow, searchedAt, memory: new OperationMemory() };
  return {
    keepsRows: true,
    record(finished) {
      if (finished.kind === 'operation' && finished.trail !== undefined) {
        keep(finished, finished.trail, keeping);
      } else if (finished.kind === 'answer' && finished.surface === 'tools_list') {
        options.listed.note(finished.bytes);
      }
    },
  };
}

/** Rows are made when somebody looks at them: most are let go before. A search is told of what follows it, and is one at once. */
function keep(finished: FinishedOperation, trail: OperationTrail, keeping: Keeping): void {
  const { store, slow, sha256, searchedAt, hiddenPaths, memory } = keeping;
  const { details, durationMillis, outcome } = finished;
  const isSlow = slow.note(nameOf(details), durationMillis);
  const isKept = isSlow || statusOfOutcome(outcome) !== 'success';
  const operation = keepOperation(finished, trail, {
    rowId: newRowId(),
    paths: hiddenPaths,
    memory,
    isPassing: leavesInOrder({ operation: details.operation, policy: trail.policy, isKept }),
  });
  if (details.operation === OPERATION_SEARCH && details.found !== undefined) {
    searchedAt.set(details.found.searchId, trail.startedAt);
    store.append('searches', toSearchRow(operation.kept.facts, details.found, { sha256, paths: hiddenPaths }));
  }
  appendRows(store, operation, { isSlow, isKept });
  noteFollowUp(finished, trail, keeping);
}

interface Keeping extends RowSinkOptions {
  readonly slow: SlowCalls;
  /** Start of each search, in milliseconds since the epoch. */
  readonly searchedAt: BoundedMap<string, number>;
  readonly memory: OperationMemory;
}

/** What a duration is compared with: calls of the same tool, other operations of the same name. */
function nameOf(details: OperationDetails): string {
  return details.operation === OPERATION_CALL ? (details.record?.slug ?? '') : operationOf(details);
}

function noteFollowUp(finished: FinishedOperation, trail: OperationTrail, { store, searchedAt }: Keeping): void {
  const { ctx, join, details, durationMillis, outcome } = finished;
  const kind = followUpKindOf(details);
  const begin = join && searchedAt.get(join.searchId);
  // A search that is known, and not from here, was made by another process.
  const isElsewhere = begin === undefined && join?.total !== undefined;
  if (join === undefined || kind === undefined || (begin === undefined && !isElsewhere)) {
    return;
  }
  const record = 'record' in details ? details.record : undefined;
  const { selectedRank } = join;
  const endedAt = trail.startedAt + durationMillis;
  store.appendFollowUp(join.searchId, {
    kind,
    timestamp: new Date(endedAt).toISOString(),
    request_id: ctx.requestId,
    trace_id: ctx.spanContext.traceId,
    ...(record === undefined ? {} : { tool_slug: record.slug }),
    ...(selectedRank === undefined ? {} : { selected_rank: selectedRank }),
    success: statusOfOutcome(outcome) === 'success',
    ...(begin === undefined ? {} : { elapsed_ms: Math.max(0, endedAt - begin) }),
  });
}
