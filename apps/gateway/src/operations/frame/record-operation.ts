import type { FinishedOperation } from '../../recording/record/finished.ts';
import type { SearchFollowUp, SearchJoin } from '../../search/memory/search-memory.ts';
import { searchPrincipal } from '../../search/memory/search-principal.ts';
import type { OperationCore, RunningOperation } from './core.ts';
import type { EndedOperation, OperationDefinition } from './operation-definition.ts';

/**
 * Records how an operation ended, joined to the search that it follows. Nothing is computed of what ended ok where nobody
 * listens: then there is nothing to wait for.
 */
export function recordOperation<Request, Target, Value>(
  definition: OperationDefinition<Request, Target, Value>,
  ended: EndedOperation<Request, Target, Value>,
  running: RunningOperation,
): Promise<void> | undefined {
  return ended.outcome === 'ok' && !running.core.recorder.isRecording ? undefined : record(definition, ended, running);
}

async function record<Request, Target, Value>(
  definition: OperationDefinition<Request, Target, Value>,
  ended: EndedOperation<Request, Target, Value>,
  running: RunningOperation,
): Promise<void> {
  const { core, caller, span, trail } = running;
  const { outcome, error, durationMillis, endedAt, input, output, request } = ended;
  const { searchId } = caller.ctx;
  const used = request === undefined ? undefined : definition.follows?.(ended);
  const isFollowUp = used !== undefined && searchId !== undefined && searchId !== '';
  const join = isFollowUp
    ? await joinSearch(core, { searchId, principal: searchPrincipal(caller.ctx), ...used })
    : undefined;
  // Only then: a search that is remembered comes after the one that it follows.
  const details = definition.details(ended, running);
  const finished: FinishedOperation = {
    kind: 'operation',
    ctx: caller.ctx,
    facts: caller.facts,
    span,
    outcome,
    error,
    durationMillis,
    endedAt,
    input,
    output,
    join,
    details: details instanceof Promise ? await details : details,
    trail,
  };
  caller.batch?.trail?.addItem(finished);
  core.recorder.record(finished);
}

/** A memory that fails knows no search; the operation itself goes on. */
async function joinSearch({ searchMemory, onError }: OperationCore, followUp: SearchFollowUp): Promise<SearchJoin> {
  try {
    return await searchMemory.join(followUp);
  } catch (error) {
    onError(error);
    return { searchId: followUp.searchId };
  }
}
