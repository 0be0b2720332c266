import type { JsonRpcId, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import { readProgressToken } from '../../upstream/hop/envelope.ts';
import { exactMeta } from '../exchange/caller.ts';
import type { Answer, Exchange } from '../exchange/exchange.ts';

/** One request of a client, and its way back. */
export interface RequestOfCall {
  readonly request: JsonRpcRequest;
  readonly exchange: Exchange;
}

interface WaitingRequest {
  readonly of: RequestOfCall;
  readonly answer: (answer: Answer) => void;
}

const GONE: Answer = { error: { code: ERROR_SERVER, message: 'The request was cancelled' }, httpStatus: 200 };

/**
 * The requests by which a client carries on one call: each is a round of its own with its own reply, and the call outlives
 * all but the last. Bounded by the requests that the client has open: one that leaves is forgotten.
 */
export class CallRequests {
  readonly #waiting: WaitingRequest[] = [];
  /** Ends the call itself. */
  readonly #controller = new AbortController();
  #newest: RequestOfCall;

  constructor(first: RequestOfCall) {
    this.#newest = first;
  }

  /** Waits for the end of the round. The call is cancelled with the last request that waits: nobody is left to be answered. */
  join(of: RequestOfCall): Promise<Answer> {
    this.#newest = of;
    return new Promise((resolve) => {
      const waiting = { of, answer: resolve };
      this.#waiting.push(waiting);
      const { signal } = of.exchange;
      signal.addEventListener('abort', () => this.#leave(waiting), { once: true });
      if (signal.aborted) {
        this.#leave(waiting);
      }
    });
  }

  /** Ends the round: every request of it is answered, for a client may repeat its call before. */
  answer(answer: Answer): void {
    for (const waiting of this.#waiting.splice(0)) {
      waiting.answer(answer);
    }
  }

  /** The exchange as the call has it: that of its first request, whose way back is the newest that still waits. */
  get exchange(): Exchange {
    return {
      ...this.#newest.exchange,
      signal: this.#controller.signal,
      isCallerGone: () => this.#current.exchange.isCallerGone(),
      notify: (method, params) => {
        const { exchange, request } = this.#current;
        if (method !== 'notifications/progress') {
          exchange.notify(method, params);
          return;
        }
        const progressToken = tokenOf(request);
        if (progressToken !== undefined) {
          exchange.notify(method, { ...params, progressToken });
        }
      },
      identify: (...told) => this.#current.exchange.identify?.(...told),
    };
  }

  get #current(): RequestOfCall {
    return this.#waiting.at(-1)?.of ?? this.#newest;
  }

  #leave(waiting: WaitingRequest): void {
    const at = this.#waiting.indexOf(waiting);
    if (at === -1) {
      return; // its round is over, and the call waits for the next one
    }
    if (this.#waiting.length === 1) {
      this.#controller.abort();
    } else {
      this.#waiting.splice(at, 1);
      waiting.answer(GONE);
    }
  }
}

/** Each request has a token of its own, or none where it wants no progress. */
function tokenOf(request: JsonRpcRequest): JsonRpcId | undefined {
  const meta = exactMeta(request);
  return meta === undefined ? undefined : readProgressToken({ _meta: meta });
}
