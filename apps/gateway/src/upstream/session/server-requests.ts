import { type IdKey, idKey, idText } from '../../protocol/json-rpc-id.ts';
import type { JsonObject, JsonRpcId } from '../../protocol/json-rpc.ts';
import { ERROR_INTERNAL, ERROR_INVALID_REQUEST, ERROR_METHOD_NOT_FOUND } from '../../protocol/mcp-protocol.ts';
import type { Hop } from '../hop/hop.ts';
import type { PeerAnswer } from '../upstream.ts';
import { NO_ROOTS } from './caller-roots.ts';
import { FloodGate } from './flood-gate.ts';
import type { RpcSessionEvents } from './transport.ts';

/** What an upstream asks for. */
export interface ServerRequest {
  readonly id: JsonRpcId;
  readonly method: string;
  readonly params: JsonObject | undefined;
}

/** Why a request of the upstream can't be given to any caller. */
function declined(method: string, hopsInFlight: number): PeerAnswer {
  if (method === 'roots/list') {
    return NO_ROOTS;
  }
  return hopsInFlight > 1
    ? {
        error: {
          code: ERROR_INVALID_REQUEST,
          message: `${method} is declined: ${hopsInFlight} calls are in flight and the request does not say which one it belongs to`,
        },
      }
    : { error: { code: ERROR_METHOD_NOT_FOUND, message: `${method} is declined: no caller that could answer it` } };
}

/** A server may ask on the stream of a call that it has answered. */
const CALL_ENDED: PeerAnswer = { error: { code: ERROR_INVALID_REQUEST, message: 'The call has ended' } };

/** Questions to callers and pings. */
const RATE = { burst: 1_000, perSecond: 200 };
const FLOOD = `cut: of more than ${RATE.perSecond} in a second some are not answered`;

/** The requests an upstream sends: answered here (`ping`), by the caller of the hop they belong to, or declined. */
export class ServerRequests {
  readonly #post: (text: string) => void;
  readonly #gate: FloodGate;
  readonly #running = new Map<IdKey | undefined, AbortController>();

  constructor(post: (text: string) => void, { onFlood }: Pick<RpcSessionEvents, 'onFlood'>) {
    this.#post = post;
    this.#gate = new FloodGate({
      ...RATE,
      onFlood: (isFlood) => onFlood('requests of the upstream', isFlood ? FLOOD : undefined),
    });
  }

  /** @param hopsInFlight How many calls the request may belong to, for the explanation of a refusal. */
  answer(request: ServerRequest, hop: Hop | undefined, hopsInFlight: number): void {
    const { id, method } = request;
    const peer = hop?.call.peer;
    if (method === 'ping') {
      this.reply(id, { result: {} });
    } else if (hop?.isEnded === true) {
      this.reply(id, method === 'roots/list' ? NO_ROOTS : CALL_ENDED);
    } else if (hop === undefined || peer?.ask === undefined) {
      this.reply(id, declined(method, hopsInFlight));
    } else {
      void this.#ask(request, hop);
    }
  }

  /** Whether one more request is taken: each answer costs the gateway as much as the request cost the upstream. */
  admits(): boolean {
    return this.#gate.admits();
  }

  close(): void {
    this.#gate.close();
  }

  /** The upstream no longer wants the answer to its request `id`. */
  cancel(id: IdKey | undefined): void {
    if (id !== undefined) {
      this.#running.get(id)?.abort();
    }
  }

  async #ask({ id, method, params }: ServerRequest, hop: Hop): Promise<void> {
    const controller = new AbortController();
    hop.renew(); // a server that asks is alive, and whoever is asked has the time of a call to answer
    this.#running.set(idKey(id), controller);
    hop.whenEnded(() => controller.abort());
    const question = { key: String(idText(id) ?? ''), method, params, signal: controller.signal };
    let reply: PeerAnswer;
    try {
      reply = (await hop.call.peer?.ask?.(question)) ?? declined(method, 0);
    } catch {
      reply = { error: { code: ERROR_INTERNAL, message: 'The caller could not be asked' } };
    }
    this.#running.delete(idKey(id));
    hop.renew();
    if (!controller.signal.aborted) {
      this.reply(id, reply);
    }
  }

  /** Sends an answer. */
  reply(id: JsonRpcId, reply: PeerAnswer): void {
    this.#post(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
  }
}
