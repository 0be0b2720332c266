import { statusOfOutcome } from '@dcc-mcp/request-context';
import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { RawJson } from '../../protocol/json/raw-json.ts';

/** A result of an operation that did not end well. */
export class FailedResult {
  readonly result: RawJson;
  /** As the operation decided it. */
  readonly outcome: Outcome;

  constructor(result: RawJson, outcome: Outcome) {
    this.result = result;
    this.outcome = outcome;
  }
}

/** What a client is answered once its operation has ended. */
export function resultOf(outcome: Outcome, result: RawJson): RawJson | FailedResult {
  return statusOfOutcome(outcome) === 'success' ? result : new FailedResult(result, outcome);
}
