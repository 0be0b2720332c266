import type { CallStore, LateRow, Trace, TraceOperation } from '@dcc-mcp/call-store';
import { OPERATION_CALL, type Operation } from '@dcc-mcp/semantic-conventions';
import type { PolicyFacts } from '../record/operation-trail.ts';
import type { KeptFacts, KeptOperation } from './kept/kept-operation.ts';
import type { OperationFacts } from './kept/operation-facts.ts';
import { operationOf, toCallRow, toDecisionRow, toTrace } from './operation-rows.ts';

/** Where a trace stands among others. */
export interface TracePlace {
  readonly isSlow: boolean;
  /** It failed or was slow, so that good ones must not push it out. */
  readonly isKept: boolean;
}

/** Adds the rows of an operation that are made when somebody looks at them: most are let go before. */
export function appendRows(
  store: Pick<CallStore, 'appendLater'>,
  operation: KeptOperation,
  /** Absent where its trace has been let go. */
  place: TracePlace | undefined,
): void {
  const { kept } = operation;
  const policy = kept.rare?.policy;
  if (kept.operation === OPERATION_CALL) {
    store.appendLater('calls', new LateFacts(kept, toCallRow));
  }
  if (place !== undefined) {
    store.appendLater('traces', new LateTrace(operation, place));
  }
  if (policy !== undefined) {
    store.appendLater('decisions', new LateFacts(kept, (facts) => toDecisionRow(policy, facts)));
  }
}

/** What says how long the rows of an operation stay. */
interface RowsToCome extends Pick<TracePlace, 'isKept'> {
  readonly operation: Operation;
  readonly policy: PolicyFacts | undefined;
}

/** Whether all rows of an operation leave in the order in which they came: of other kinds there are fewer, which stay longer. */
export function leavesInOrder({ operation, policy, isKept }: RowsToCome): boolean {
  return operation === OPERATION_CALL && !isKept && policy === undefined;
}

/** A row that is made later of the facts of an operation, without its content: it stays longer than the trace. */
export class LateFacts<Row> implements LateRow<Row> {
  readonly id: string;
  readonly kept: KeptFacts;
  readonly #toRow: (facts: OperationFacts) => Row;

  constructor(kept: KeptFacts, toRow: (facts: OperationFacts) => Row) {
    this.id = kept.rowId;
    this.kept = kept;
    this.#toRow = toRow;
  }

  make(): Row {
    return this.#toRow(this.kept.facts);
  }
}

/** The trace of an operation, to be made later: until then its content can be let go. */
export class LateTrace implements LateRow<Trace> {
  readonly id: string;
  readonly isKept: boolean;
  readonly isSlow: boolean;
  readonly operation: TraceOperation;
  readonly payloads: KeptOperation;

  constructor(operation: KeptOperation, { isSlow, isKept }: TracePlace) {
    this.id = operation.kept.rowId;
    this.isKept = isKept;
    this.isSlow = isSlow;
    this.operation = operationOf(operation.kept);
    this.payloads = operation;
  }

  make(): Trace {
    return toTrace(this.payloads, this.isSlow);
  }
}
