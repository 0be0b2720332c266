import type { LateRow, Trace } from '@dcc-mcp/call-store';
import { toTrace } from './operation-rows.ts';
import type { OperationFacts, RecordedOperation } from './recorded-operation.ts';

/** A row that is made later of the facts of an operation and one thing more: it holds no content, and stays longer than a trace. */
export class LateFacts<Said, Row> implements LateRow<Row> {
  readonly id: string;
  readonly #facts: OperationFacts;
  readonly #said: Said;
  readonly #toRow: (facts: OperationFacts, said: Said) => Row;

  constructor(facts: OperationFacts, said: Said, toRow: (facts: OperationFacts, said: Said) => Row) {
    this.id = facts.rowId;
    this.#facts = facts;
    this.#said = said;
    this.#toRow = toRow;
  }

  make(): Row {
    return this.#toRow(this.#facts, this.#said);
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
