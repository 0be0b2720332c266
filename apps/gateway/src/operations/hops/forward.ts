import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { HopSpan, ProtocolSpan } from '@dcc-mcp/workflow-spans';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { HopEnvelope, HopResult, RawParams, Upstream } from '../../upstream/upstream.ts';
import type { Caller, OperationCore } from '../frame/core.ts';
import { outcomeOfError } from '../frame/operation-error.ts';
import { endHop, errorOfFailure, hopTarget, longestTime, retryOf } from './hop.ts';
import { requestAnsweringInputs } from './input-rounds.ts';
import { recordExchange } from './record-exchange.ts';

/** One request to one upstream; its method may be another than the client's (a list, to learn who has a resource). */
export interface ForwardTarget {
  readonly method: string;
  readonly params: JsonObject;
  /** Those of the parameters that travel as they came. */
  readonly rawParams?: RawParams;
  /** Name of the prompt, URI of the resource; for span names. */
  readonly target?: string | undefined;
  /** How long it may take, where that is less than the upstream's own timeout. */
  readonly timeoutMillis?: number;
}

/**
 * One request of a client, of a method other than `tools/call`, on its way to upstreams: one SERVER span, and a hop below
 * it for each request it takes. Whoever starts it ends it.
 */
export class Forwarding {
  readonly #core: OperationCore;
  readonly #caller: Caller;
  readonly #span: ProtocolSpan;

  constructor(core: OperationCore, caller: Caller, method: string) {
    this.#core = core;
    this.#caller = caller;
    this.#span = core.spans.startProtocol(caller.ctx, method, { ...caller.facts, isForwarded: true });
  }

  /** Hands one request on. */
  send(
    upstream: Upstream,
    { method, params, rawParams, target, timeoutMillis = Infinity }: ForwardTarget,
  ): Promise<HopResult> {
    const { signal, peer } = this.#caller;
    let hopSpan: HopSpan | undefined;
    let sentAt: number | undefined;
    return requestAnsweringInputs(upstream, {
      method,
      params,
      rawParams,
      begin: (): HopEnvelope => {
        hopSpan = this.#span.startHop(hopTarget({ core: this.#core, upstream }, method, target));
        sentAt = this.#core.now();
        return hopSpan.carrier();
      },
      onSent: (id) => hopSpan?.setJsonrpcId(id),
      isRead: true,
      onRetry: (retry) => hopSpan?.addRetry(retryOf(retry)),
      onEnd: (round) => {
        const { outcome } = endHop(hopSpan, round);
        // An error that the upstream answers with is its answer.
        const failure = round.ok || round.failure.rpcError !== undefined ? undefined : round.failure;
        recordExchange(this.#core, upstream, { method, outcome, failure, sentAt });
      },
      requestId: this.#caller.ctx.requestId,
      user: this.#caller.user,
      timeoutMillis: Math.min(timeoutMillis, upstream.settings.timeoutMillis),
      maxTimeoutMillis: timeoutMillis === Infinity ? longestTime(upstream) : undefined,
      signal,
      peer,
    });
  }

  /**
   * Ends with what the client is answered.
   *
   * @param rpcErrorCode The code of the error that it is told.
   * @returns As what it has ended.
   */
  end(hop: HopResult, rpcErrorCode: number | undefined): Outcome {
    if (hop.ok) {
      this.#span.end({ outcome: 'ok' });
      return 'ok';
    }
    const outcome = outcomeOfError(errorOfFailure(hop.failure));
    this.#span.end({
      outcome,
      errorKind: hop.failure.kind,
      ...(rpcErrorCode === undefined ? {} : { rpcErrorCode }),
    });
    return outcome;
  }

  /** Ends a request that went wrong before it could be handed on. */
  refuse(outcome: Outcome, rpcErrorCode: number): void {
    this.#span.end({ outcome, rpcErrorCode });
  }
}
