import { OPERATION_CALL } from '@dcc-mcp/semantic-conventions';
import type { SearchMemory } from '../../search/memory/search-memory.ts';
import { searchPrincipal } from '../../search/memory/search-principal.ts';
import type { FinishedOperation } from '../record/finished.ts';
import type { Sink } from '../record/recorder.ts';

/**
 * Notes calls that ended ok: what their principal searches next is no rewording of an earlier search. The first success
 * of a search has settled it already.
 */
export function createSearchMemorySink(memory: SearchMemory, onError: (error: unknown) => void): Sink {
  return {
    record(finished) {
      if (finished.kind === 'operation' && isSuccess(finished) && finished.join?.firstSuccessMillis === undefined) {
        // Who was answered may have searched again meanwhile, at another worker.
        const agoMillis = finished.span.clock.now() - finished.endedAt;
        memory.settle(searchPrincipal(finished.ctx), agoMillis).catch(onError);
      }
    },
  };
}

function isSuccess({ details, outcome }: FinishedOperation): boolean {
  return details.operation === OPERATION_CALL && outcome === 'ok';
}
