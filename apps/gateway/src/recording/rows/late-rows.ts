import type { LateRow, Trace } from '@dcc-mcp/call-store';
import type { KeptFacts, KeptOperation } from './kept/kept-operation.ts';
import type { OperationFacts } from './kept/operation-facts.ts';
import { toTrace } from './operation-rows.ts';

/** A row that is made later of the facts of an operation, without its content: it stays longer than the trace. */
export class LateFacts<Row> implements LateRow<Row> {
  readonly id: string;
  readonly #kept: KeptFacts;
  readonly #toRow: (facts: OperationFacts) => Row;

  constructor(kept: KeptFacts, toRow: (facts: OperationFacts) => Row) {
    this.id = kept.rowId;
    this.#kept = kept;
    this.#toRow = toRow;
  }

  make(): Row {
    return this.#toRow(this.#kept.facts);
  }
}

/** The trace of an operation, to be made later: until then its content can be let go. */
export class LateTrace implements LateRow<Trace> {
  readonly id: string;
  readonly isKept: boolean;
  readonly payloads: KeptOperation;
  readonly #isSlow: boolean;

  /** @param place Whether it was slow, and whether good traces must not push it out. */
  constructor(operation: KeptOperation, place: { readonly isSlow: boolean; readonly isKept: boolean }) {
    this.id = operation.kept.rowId;
    this.isKept = place.isKept;
    this.payloads = operation;
    this.#isSlow = place.isSlow;
  }

  make(): Trace {
    return toTrace(this.payloads, this.#isSlow);
  }
}
