import type { HopSpan } from '@dcc-mcp/workflow-spans';
import type { JsonObject } from '../json-rpc.ts';
import type { HopEnvelope, HopResult, Upstream } from '../upstream/upstream.ts';
import type { Caller, OperationCore } from './core.ts';
import { endHop, errorOfFailure, hopTarget } from './hop.ts';
import { outcomeOfError } from './operation-error.ts';
import { requestAnsweringInputs } from './input-rounds.ts';

/** What a method other than `tools/call` is about, for span names. */
export interface ForwardTarget {
  readonly method: string;
  readonly params: JsonObject;
  /** Name of the prompt, URI of the resource. */
  readonly target?: string | undefined;
}

/** Hands one request on to an upstream, under a server span of its own. */
export async function forward(
  core: OperationCore,
  caller: Caller,
  upstream: Upstream,
  { method, params, target }: ForwardTarget,
): Promise<HopResult> {
  const span = core.spans.startProtocol(caller.ctx, method, { ...caller.facts, isForwarded: true });
  let hopSpan: HopSpan | undefined;
  const hop = await requestAnsweringInputs(upstream, {
    method,
    params,
    begin: (): HopEnvelope => {
      hopSpan = span.startHop(hopTarget(upstream, method, target));
      return hopSpan.carrier();
    },
    isRead: true,
    onRetry: ({ attempt, delayMillis, failure }) =>
      hopSpan?.addRetry({ attempt, delayMillis, reason: outcomeOfError(failure) }),
    onEnd: (round) => endHop(hopSpan, round),
    timeoutMillis: upstream.settings.timeoutMillis,
    ...(caller.signal === undefined ? {} : { signal: caller.signal }),
    ...(caller.peer === undefined ? {} : { peer: caller.peer }),
  });
  const error = hop.ok ? undefined : errorOfFailure(hop.failure);
  span.end({
    outcome: error === undefined ? 'ok' : outcomeOfError(error),
    ...(error === undefined ? {} : { errorKind: error.kind }),
  });
  return hop;
}
