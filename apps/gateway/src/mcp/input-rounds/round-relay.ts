import { randomUUID } from 'node:crypto';
import { isJsonObject, type JsonObject, type JsonRpcRequest, type JsonValue } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INVALID_PARAMS, ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import type { Answer, Exchange } from '../exchange/exchange.ts';
import type { RequestOfCall } from './call-requests.ts';

const NEXT = 'round.next';
const TAKEN = 'round.taken';
const NOTIFIED = 'round.notified';
const ANSWERED = 'round.answered';
const LEFT = 'round.left';

/** How long a gateway may take to say that it has the call. */
const TAKEN_MILLIS = 2_000;
/** How often it says so again, and how long it may be silent: what ends with a gateway is not waited for. */
const BEAT_MILLIS = 3_000;
const SILENT_MILLIS = 10_000;
/** Characters of an answer that go in one message. */
const PART_LENGTH = 200_000;
/** Characters of an answer that came in parts. */
const MAX_LENGTH = 64 * 1024 * 1024;
/** Rounds of other gateways at a time; past it their clients are told to try again. */
const MAX_RELAYED = 1_000;

const UNREACHABLE: Answer = {
  error: { code: ERROR_SERVER, message: 'The gateway that holds the call can not be reached; send the request again' },
  httpStatus: 503,
};
const GONE: Answer = {
  error: {
    code: ERROR_INVALID_PARAMS,
    message: 'The call of this requestState ended with the gateway that held it; repeat the call without it',
  },
  httpStatus: 200,
};
const UNREADABLE: Answer = {
  error: { code: ERROR_SERVER, message: 'The answer was lost between two gateways' },
  httpStatus: 500,
};

/** Goes on with a call that this gateway holds; `undefined` where it does not. */
export type GoOn = (requestState: string, of: RequestOfCall) => Promise<Answer | undefined>;

/** A round of a call that another gateway holds, which a client of this one waits for. */
interface Relayed {
  readonly exchange: Exchange;
  readonly taken: () => void;
  readonly answer: (answer: Answer) => void;
  text: string;
}

/** What {@link RoundRelay} works with. */
export interface RoundRelayOptions {
  readonly messages: GatewayMessages;
  /** Begins a piece of work that a stop waits for; what it gives ends it. */
  readonly begin: () => () => void;
  readonly goOn: GoOn;
}

/** Takes a client's next round to the gateway that holds its call, and what comes of it back. */
export class RoundRelay {
  readonly #messages: GatewayMessages;
  readonly #begin: () => () => void;
  readonly #relayed = new Map<string, Relayed>();
  /** Rounds that run here for other gateways: what ends each of them. */
  readonly #running = new Map<string, AbortController>();

  constructor({ messages, begin, goOn }: RoundRelayOptions) {
    this.#messages = messages;
    this.#begin = begin;
    messages.listen(NEXT, (body, from) => void this.#run(body, from, goOn));
    messages.listen(LEFT, ({ relay }) => typeof relay === 'string' && this.#running.get(relay)?.abort());
    messages.listen(TAKEN, (body) => this.#find(body)?.taken());
    messages.listen(NOTIFIED, (body) => {
      const { method, params } = body;
      if (typeof method === 'string') {
        this.#find(body)?.exchange.notify(method, isJsonObject(params) ? params : undefined);
      }
    });
    messages.listen(ANSWERED, (body) => this.#onPart(body));
  }

  /** Never rejects. */
  async next(gatewayId: string, requestState: string, { request, exchange }: RequestOfCall): Promise<Answer> {
    const { _meta: meta, inputResponses } = request.params ?? {};
    const { principal, signal } = exchange;
    const relay = randomUUID();
    if (this.#relayed.size >= MAX_RELAYED) {
      return UNREACHABLE;
    }
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const giveUp = (): void => resolve(GONE);
    let late = setTimeout(giveUp, TAKEN_MILLIS).unref();
    const taken = (): void => {
      clearTimeout(late);
      late = setTimeout(giveUp, SILENT_MILLIS).unref();
    };
    this.#relayed.set(relay, { exchange, taken, answer: resolve, text: '' });
    const leave = (): void => void this.#messages.publish({ topic: LEFT, to: gatewayId, body: { relay } });
    signal.addEventListener('abort', leave, { once: true });
    const body = { relay, requestState, principal, inputResponses, meta };
    if (!(await this.#messages.publish({ topic: NEXT, to: gatewayId, body }))) {
      resolve(UNREACHABLE);
    }
    const answer = await promise;
    clearTimeout(late);
    signal.removeEventListener('abort', leave);
    this.#relayed.delete(relay);
    return answer;
  }

  #find({ relay }: JsonObject): Relayed | undefined {
    return typeof relay === 'string' ? this.#relayed.get(relay) : undefined;
  }

  #onPart(body: JsonObject): void {
    const relayed = this.#find(body);
    const { part, isLast } = body;
    if (relayed === undefined || typeof part !== 'string') {
      return;
    }
    relayed.text += part;
    if (relayed.text.length > MAX_LENGTH) {
      relayed.answer(UNREADABLE);
    } else if (isLast === true) {
      relayed.answer(readAnswer(relayed.text));
    }
  }

  /** A round of another gateway's client. */
  async #run(
    { relay, requestState, principal, inputResponses, meta }: JsonObject,
    to: string,
    goOn: GoOn,
  ): Promise<void> {
    if (typeof relay !== 'string' || typeof requestState !== 'string' || this.#running.size >= MAX_RELAYED) {
      return;
    }
    const endWork = this.#begin();
    const controller = new AbortController();
    this.#running.set(relay, controller);
    const whose = typeof principal === 'string' ? principal : undefined;
    const request = requestOf(relay, { requestState, inputResponses, _meta: meta });
    const notify = (method: string, params: JsonObject | undefined): void =>
      void this.#messages.publish({ topic: NOTIFIED, to, body: { relay, method, params } });
    const exchange = distantExchange(whose, { signal: controller.signal, notify });
    const going = goOn(requestState, { request, exchange });
    const sayTaken = (): void => void this.#messages.publish({ topic: TAKEN, to, body: { relay } });
    sayTaken();
    const beat = setInterval(sayTaken, BEAT_MILLIS).unref();
    const text = writeAnswer((await going) ?? GONE);
    clearInterval(beat);
    this.#running.delete(relay);
    for (let at = 0; at < text.length; at += PART_LENGTH) {
      const isLast = at + PART_LENGTH >= text.length;
      await this.#messages.publish({
        topic: ANSWERED,
        to,
        body: { relay, part: text.slice(at, at + PART_LENGTH), isLast },
      });
    }
    endWork();
  }
}

/** What the call needs to go on: the answers, and where progress goes. */
function requestOf(id: string, params: JsonObject): JsonRpcRequest {
  return { jsonrpc: '2.0', id, method: 'tools/call', params };
}

/** The way back to a client of another gateway. */
function distantExchange(
  principal: string | undefined,
  { signal, notify }: Pick<Exchange, 'signal' | 'notify'>,
): Exchange {
  return {
    client: {
      era: 'modern',
      transport: 'http',
      protocolVersion: '',
      session: undefined,
      clientInfo: undefined,
      capabilities: {},
      logLevel: undefined,
    },
    headers: {},
    peerAddress: undefined,
    authSubject: undefined,
    principal,
    signal,
    isCallerGone: () => signal.aborted,
    notify,
  };
}

/** As text, in which a result stands as it came. */
function writeAnswer(answer: Answer): string {
  if ('error' in answer) {
    const { code, message, data } = answer.error;
    const error = RawJson.object({ code, message, data });
    return RawJson.object({ error, httpStatus: answer.httpStatus }).text;
  }
  const { result } = answer;
  return RawJson.object({ result }).text;
}

function readAnswer(text: string): Answer {
  let raw: RawJson;
  try {
    raw = RawJson.read(text);
  } catch {
    return UNREADABLE;
  }
  const result = raw.get('result');
  if (result?.isObject === true) {
    return { result };
  }
  const error: JsonValue | undefined = raw.get('error')?.value;
  const { code, message } = isJsonObject(error) ? error : {};
  if (typeof code !== 'number' || typeof message !== 'string') {
    return UNREADABLE;
  }
  const data = raw.get('error')?.get('data');
  const httpStatus = raw.get('httpStatus')?.value;
  return {
    error: { code, message, ...(data === undefined ? {} : { data }) },
    httpStatus: typeof httpStatus === 'number' && httpStatus >= 200 && httpStatus < 600 ? httpStatus : 200,
  };
}
