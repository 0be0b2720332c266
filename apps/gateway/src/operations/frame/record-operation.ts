import { asObject } from '../../protocol/json-rpc.ts';
import type { FinishedOperation } from '../../recording/record/finished.ts';
import type { SearchFollowUp, SearchJoin } from '../../search/memory/search-memory.ts';
import { searchPrincipal } from '../../search/memory/search-principal.ts';
import type { Caller, OperationCore, RunningOperation } from './core.ts';
import type { EndedOperation, OperationDefinition } from './operation-definition.ts';
import type { OperationError } from './operation-error.ts';

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
  const { outcome, error, failure, durationMillis, request } = ended;
  const endedAt = span.clock.now();
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
    backendErrorKind: failure?.backendErrorKind,
    rpcErrorCode: error && rpcErrorCode(error, caller),
    durationMillis,
    endedAt,
    ...contentOf(definition, ended, running),
    join,
    details: details instanceof Promise ? await details : details,
    trail,
    batchTrail: caller.batch?.trail,
  };
  core.recorder.record(finished);
}

function rpcErrorCode(error: OperationError, { errorCode }: Caller): number | undefined {
  const code = asObject(error.backend)?.['code'];
  return typeof code === 'number' ? code : errorCode?.(error);
}

/** What was asked for is told of a refused operation, too: it is half of why it was refused. */
function contentOf<Request, Target, Value>(
  definition: OperationDefinition<Request, Target, Value>,
  { request, value }: EndedOperation<Request, Target, Value>,
  { span, trail }: RunningOperation,
): Pick<FinishedOperation, 'input' | 'output'> {
  return span.isRecording || trail !== undefined
    ? {
        input: request === undefined ? undefined : definition.spanInput(request),
        output: value === undefined ? undefined : (definition.spanOutput?.(value) ?? value),
      }
    : NO_CONTENT;
}

const NO_CONTENT = { input: undefined, output: undefined };

/** A memory that fails knows no search; the operation itself goes on. */
async function joinSearch({ searchMemory, onError }: OperationCore, followUp: SearchFollowUp): Promise<SearchJoin> {
  try {
    return await searchMemory.join(followUp);
  } catch (error) {
    onError(error);
    return { searchId: followUp.searchId };
  }
}
