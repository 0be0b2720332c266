import type { CallRow, DecisionRow, LateRow, Trace } from '@dcc-mcp/call-store';
import type { CallDetails } from '../record/finished.ts';
import type { PolicyFacts } from '../record/operation-trail.ts';
import { toCallRow, toDecisionRow, toTrace } from './operation-rows.ts';
import type { OperationFacts, RecordedOperation } from './recorded-operation.ts';

/** The row of a call, to be made later: it holds no content, and stays longer than its trace. */
export class LateCall implements LateRow<CallRow> {
  readonly id: string;
  readonly #facts: OperationFacts;
  readonly #details: CallDetails;

  constructor(facts: OperationFacts, details: CallDetails) {
    this.id = facts.rowId;
    this.#facts = facts;
    this.#details = details;
  }

  make(): CallRow {
    return toCallRow(this.#facts, this.#details);
  }
}

/** The trace of an operation, to be made later: until then its content can be let go. */
export class LateTrace implements LateRow<Trace> {
  readonly id: string;
  readonly isKept: boolean;
  readonly payloads: RecordedOperation;
  readonly #isSlow: boolean;

  /** @param place Whether it was slow, and whether good traces must not push it out. */
  constructor(recorded: RecordedOperation, place: { readonly isSlow: boolean; readonly isKept: boolean }) {
    this.id = recorded.facts.rowId;
    this.isKept = place.isKept;
    this.payloads = recorded;
    this.#isSlow = place.isSlow;
  }

  make(): Trace {
    return toTrace(this.payloads, this.#isSlow);
  }
}

/** What governance decided about an operation, to be told later. */
export class LateDecision implements LateRow<DecisionRow> {
  readonly id: string;
  readonly #facts: OperationFacts;
  readonly #policy: PolicyFacts;

  constructor(facts: OperationFacts, policy: PolicyFacts) {
    this.id = facts.rowId;
    this.#facts = facts;
    this.#policy = policy;
  }

  make(): DecisionRow {
    return toDecisionRow(this.#facts, this.#policy);
  }
}
