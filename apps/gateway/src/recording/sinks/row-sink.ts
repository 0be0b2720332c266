import { BoundedMap } from '@dcc-mcp/bounds';
import { type CallStore, newRowId, SlowCalls } from '@dcc-mcp/call-store';
import { statusOfOutcome } from '@dcc-mcp/request-context';
import { OPERATION_CALL, OPERATION_SEARCH } from '@dcc-mcp/semantic-conventions';
import { followUpKindOf } from '../record/follow-ups.ts';
import type { Sink } from '../record/recorder.ts';
import { LateFacts, LateTrace } from '../rows/late-rows.ts';
import type { ListedTokens } from '../rows/listed-tokens.ts';
import { operationOf, toCallRow, toDecisionRow, toSearchRow } from '../rows/operation-rows.ts';
import { type OperationFacts, RecordedOperation } from '../rows/recorded-operation.ts';

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
  return {
    keepsRows: true,
    record(finished) {
      if (finished.kind === 'operation' && finished.trail !== undefined) {
        const rules = { rowId: newRowId(), paths: options.hiddenPaths };
        keep(new RecordedOperation(finished, finished.trail, rules), { ...options, slow, searchedAt });
      } else if (finished.kind === 'answer' && finished.surface === 'tools_list') {
        options.listed.note(finished.bytes);
      }
    },
  };
}

/** Rows are made when somebody looks at them: most are let go before. A search is told of what follows it, and is one at once. */
function keep(recorded: RecordedOperation, keeping: Keeping): void {
  const { store, slow, sha256, searchedAt } = keeping;
  const { facts } = recorded;
  const { details, durationMillis, outcome, trail } = facts;
  if (details.operation === OPERATION_CALL) {
    store.appendLater('calls', new LateFacts(facts, details, toCallRow));
  } else if (details.operation === OPERATION_SEARCH && details.found !== undefined) {
    searchedAt.set(details.found.searchId, trail.startedAt);
    store.append('searches', toSearchRow(facts, details.found, sha256));
  }
  const isSlow = slow.note(nameOf(details), durationMillis);
  const isKept = isSlow || statusOfOutcome(outcome) !== 'success';
  store.appendLater('traces', new LateTrace(recorded, { isSlow, isKept }));
  if (trail.policy !== undefined) {
    store.appendLater('decisions', new LateFacts(facts, trail.policy, toDecisionRow));
  }
  noteFollowUp(facts, keeping);
}

interface Keeping extends RowSinkOptions {
  readonly slow: SlowCalls;
  /** Start of each search, in milliseconds since the epoch. */
  readonly searchedAt: BoundedMap<string, number>;
}

/** What a duration is compared with: calls of the same tool, other operations of the same name. */
function nameOf(details: OperationFacts['details']): string {
  return details.operation === OPERATION_CALL ? (details.record?.slug ?? '') : operationOf({ details });
}

function noteFollowUp(facts: OperationFacts, { store, searchedAt }: Keeping): void {
  const { join, details, outcome } = facts;
  const kind = followUpKindOf(details);
  const begin = join && searchedAt.get(join.searchId);
  // A search that is known, and not from here, was made by another process.
  const isElsewhere = begin === undefined && join?.total !== undefined;
  if (join === undefined || kind === undefined || (begin === undefined && !isElsewhere)) {
    return;
  }
  const record = 'record' in details ? details.record : undefined;
  const { selectedRank } = join;
  store.appendFollowUp(join.searchId, {
    kind,
    timestamp: new Date(facts.endedAt).toISOString(),
    ...facts.ids,
    ...(record === undefined ? {} : { tool_slug: record.slug }),
    ...(selectedRank === undefined ? {} : { selected_rank: selectedRank }),
    success: statusOfOutcome(outcome) === 'success',
    ...(begin === undefined ? {} : { elapsed_ms: Math.max(0, facts.endedAt - begin) }),
  });
}
