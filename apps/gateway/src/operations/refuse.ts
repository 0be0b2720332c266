import { type Operation, OPERATION_SEARCH } from '@dcc-mcp/semantic-conventions';
import type { Caller, OperationCore } from './core.ts';
import { type OperationError, outcomeOfError } from './operation-error.ts';

/** Ends a search, describe, load_skill or batch whose request itself is wrong: it has its span, and nothing else ran. */
export function refuseRequest(
  core: OperationCore,
  caller: Caller,
  operation: Operation,
  message: string,
): OperationError {
  const span = core.spans.startWorkflow(caller.ctx, operation, caller.facts);
  const error: OperationError = { kind: 'bad-request', message };
  const ending = { ctx: caller.ctx, span, outcome: outcomeOfError(error), errorKind: error.kind };
  if (operation === OPERATION_SEARCH) {
    core.recorder.search({ ...ending, startedAt: core.now(), durationMillis: 0, answer: undefined });
  } else {
    core.recorder.refused(ending);
  }
  return error;
}
