import { BoundedMap } from '@dcc-mcp/bounds';
import { type CallStore, newRowId, SlowCalls } from '@dcc-mcp/call-store';
import { statusOfOutcome } from '@dcc-mcp/request-context';
import {
  OPERATION_CALL,
  OPERATION_CALL_BATCH,
  OPERATION_DESCRIBE,
  OPERATION_LOAD_SKILL,
  OPERATION_SEARCH,
} from '@dcc-mcp/semantic-conventions';
import type { Sink } from '../record/recorder.ts';
import { operationOf, toCallRow, toDecisionRow, toSearchRow, toTrace } from '../rows/operation-rows.ts';
import { RecordedOperation } from '../rows/recorded-operation.ts';

/** Searches whose start is remembered. */
const MAX_SEARCHES = 1_000;

/** What {@link createRowSink} writes to, and how. */
export interface RowSinkOptions {
  readonly store: CallStore;
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
  return {
    keepsRows: true,
    record(finished) {
      if (finished.kind === 'operation' && finished.trail !== undefined) {
        const rules = { rowId: newRowId(), paths: options.hiddenPaths };
        keep(new RecordedOperation(finished, finished.trail, rules), { ...options, slow, searchedAt });
      }
    },
  };
}

/** Calls and traces are made into rows when somebody looks at them: most are let go before. */
function keep(recorded: RecordedOperation, keeping: Keeping): void {
  const { store, slow, sha256, searchedAt } = keeping;
  const { kept, trail, rowId: id } = recorded;
  const { details, durationMillis, outcome } = kept;
  if (details.operation === OPERATION_CALL) {
    store.appendLater('calls', { id, make: () => toCallRow(recorded, details) });
  } else if (details.operation === OPERATION_SEARCH && details.found !== undefined) {
    searchedAt.set(details.found.searchId, trail.startedAt);
    store.append('searches', toSearchRow(recorded, details.found, sha256));
  }
  const isSlow = slow.note(nameOf(kept), durationMillis);
  const isKept = isSlow || statusOfOutcome(outcome) !== 'success';
  store.appendLater('traces', { id, isKept, make: () => toTrace(recorded, isSlow) });
  const decision = toDecisionRow(recorded);
  if (decision !== undefined) {
    store.append('decisions', decision);
  }
  noteFollowUp(recorded, keeping);
}

interface Keeping extends RowSinkOptions {
  readonly slow: SlowCalls;
  /** Start of each search, in milliseconds since the epoch. */
  readonly searchedAt: BoundedMap<string, number>;
}

/** What a duration is compared with: calls of the same tool, other operations of the same name. */
function nameOf({ details }: RecordedOperation['kept']): string {
  return details.operation === OPERATION_CALL ? (details.record?.slug ?? '') : operationOf({ details });
}

const FOLLOW_UPS = {
  [OPERATION_DESCRIBE]: 'describe',
  [OPERATION_LOAD_SKILL]: 'load_skill',
  [OPERATION_CALL]: 'call',
  [OPERATION_SEARCH]: undefined,
  [OPERATION_CALL_BATCH]: undefined,
} as const;

function noteFollowUp(recorded: RecordedOperation, { store, searchedAt }: Keeping): void {
  const { kept, trail } = recorded;
  const { join, details, outcome, durationMillis } = kept;
  const kind = FOLLOW_UPS[details.operation];
  const begin = join && searchedAt.get(join.searchId);
  if (join === undefined || kind === undefined || begin === undefined) {
    return;
  }
  const { identity } = recorded;
  const record = 'record' in details ? details.record : undefined;
  const { selectedRank } = join;
  store.appendFollowUp(join.searchId, {
    kind,
    timestamp: identity.timestamp,
    request_id: identity.request_id,
    trace_id: identity.trace_id,
    ...(record === undefined ? {} : { tool_slug: record.slug }),
    ...(selectedRank === undefined ? {} : { selected_rank: selectedRank }),
    success: statusOfOutcome(outcome) === 'success',
    elapsed_ms: Math.max(0, trail.startedAt + durationMillis - begin),
  });
}
