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
import type { FinishedOperation } from '../record/finished.ts';
import type { Sink } from '../record/recorder.ts';
import {
  operationOf,
  type RecordedOperation,
  toCallRow,
  toDecisionRow,
  toRecorded,
  toSearchRow,
  toTrace,
} from '../rows/operation-rows.ts';

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
        keep(toRecorded(finished, finished.trail, newRowId()), { ...options, slow, searchedAt });
      }
    },
  };
}

function keep(recorded: RecordedOperation, keeping: Keeping): void {
  const { store, slow, hiddenPaths: paths, sha256, searchedAt } = keeping;
  const { finished, trail } = recorded;
  const { details, durationMillis } = finished;
  if (details.operation === OPERATION_CALL) {
    store.append('calls', toCallRow(recorded, details));
  } else if (details.operation === OPERATION_SEARCH && details.found !== undefined) {
    searchedAt.set(details.found.searchId, trail.startedAt);
    store.append('searches', toSearchRow(recorded, details.found, sha256));
  }
  const isSlow = slow.note(nameOf(finished), durationMillis);
  store.append('traces', toTrace(recorded, { isSlow, paths }));
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
function nameOf(finished: FinishedOperation): string {
  const { details } = finished;
  return details.operation === OPERATION_CALL ? (details.record?.slug ?? '') : operationOf(finished);
}

const FOLLOW_UPS = {
  [OPERATION_DESCRIBE]: 'describe',
  [OPERATION_LOAD_SKILL]: 'load_skill',
  [OPERATION_CALL]: 'call',
  [OPERATION_SEARCH]: undefined,
  [OPERATION_CALL_BATCH]: undefined,
} as const;

function noteFollowUp({ finished, trail, identity }: RecordedOperation, { store, searchedAt }: Keeping): void {
  const { join, details, outcome, durationMillis } = finished;
  const kind = FOLLOW_UPS[details.operation];
  const begin = join && searchedAt.get(join.searchId);
  if (join === undefined || kind === undefined || begin === undefined) {
    return;
  }
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
