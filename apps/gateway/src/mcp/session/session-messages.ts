import type { IdKey } from '../../protocol/json-rpc-id.ts';
import {
  asList,
  isJsonObject,
  type JsonObject,
  type JsonRpcId,
  type JsonValue,
  toJsonObject,
} from '../../protocol/json-rpc.ts';
import { ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import type { GatewayMessages } from '../../protocol/messages/gateway-messages.ts';
import type { ClientAnswer } from './session-streams.ts';

/** Sessions have ended, wherever they were held: `{ids: string[]}`. */
const SESSIONS_ENDED = 'session.ended';
/** Sessions of one message: their ids stay far below its bound. */
const MAX_IDS = 1_000;
const CANCELLED = 'session.cancelled';
const ANSWERED = 'session.answered';
const ROOTS_CHANGED = 'session.roots-changed';
const STREAM_TAKEN = 'session.stream-taken';
const SUBSCRIPTIONS_CHANGED = 'session.subscriptions-changed';

const TOO_LARGE: ClientAnswer = {
  error: { code: ERROR_SERVER, message: 'The answer is too large to be passed on to the gateway that asked' },
};

/** What a gateway does when it hears of a session at another one. */
export interface SessionNews {
  ended(id: string): void;
  cancelled(id: string, request: IdKey): void;
  answered(id: string, question: string, answer: ClientAnswer): void;
  rootsChanged(id: string): void;
  subscriptionsChanged(): void;
  streamTaken(id: string): void;
}

/** Tells which sessions have ended at other gateways: who keeps copies of records, or counts them, listens as well. */
export function onSessionsEnded(messages: GatewayMessages, listener: (ids: readonly string[]) => void): void {
  messages.listen(SESSIONS_ENDED, ({ ids }) => listener(asList(ids).filter((id) => typeof id === 'string')));
}

/** What gateways tell each other of the sessions that they share. */
export class SessionMessages {
  readonly #messages: GatewayMessages;

  constructor(messages: GatewayMessages) {
    this.#messages = messages;
  }

  /** The id of a new question: it names the gateway that asks, which the answer may not come to. */
  questionId(unique: string): string {
    return `${this.#messages.address}.${unique}`;
  }

  async ended(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += MAX_IDS) {
      await this.#messages.publish({ topic: SESSIONS_ENDED, body: { ids: ids.slice(at, at + MAX_IDS) } });
    }
  }

  /** The client cancelled a request that does not run here. */
  cancelled(id: string, request: IdKey): void {
    const key = typeof request === 'bigint' ? { digits: String(request) } : request;
    void this.#messages.publish({ topic: CANCELLED, body: { id, request: key } });
  }

  /**
   * Passes the answer of a client on to the gateway that asked.
   *
   * @returns False where that can't be reached; an answer to no gateway's question is dropped.
   */
  async answered(id: string, question: JsonRpcId, answer: ClientAnswer): Promise<boolean> {
    const to = typeof question === 'string' ? gatewayOf(question) : undefined;
    if (to === undefined || to === this.#messages.address) {
      return true;
    }
    const send = (given: ClientAnswer): Promise<boolean> =>
      this.#messages.publish({ topic: ANSWERED, to, body: { id, question, answer: toJson(given) } });
    return (await send(answer)) || send(TOO_LARGE);
  }

  rootsChanged(id: string): void {
    void this.#messages.publish({ topic: ROOTS_CHANGED, body: { id } });
  }

  /** A stream has one reader: the client has opened it here. */
  streamTaken(id: string): void {
    void this.#messages.publish({ topic: STREAM_TAKEN, body: { id } });
  }

  /** What sessions listen to has changed: each gateway listens at the upstreams for those whose streams it holds. */
  subscriptionsChanged(): void {
    void this.#messages.publish({ topic: SUBSCRIPTIONS_CHANGED, body: {} });
  }

  /** Tells what the other gateways say; what is malformed is dropped. */
  listen(news: SessionNews): void {
    const messages = this.#messages;
    onSessionsEnded(messages, (ids) => ids.forEach((id) => news.ended(id)));
    messages.listen(CANCELLED, ({ id, request }) => {
      const key = readKey(request);
      if (typeof id === 'string' && key !== undefined) {
        news.cancelled(id, key);
      }
    });
    messages.listen(ANSWERED, ({ id, question, answer }) => {
      const given = readAnswer(answer);
      if (typeof id === 'string' && typeof question === 'string' && given !== undefined) {
        news.answered(id, question, given);
      }
    });
    messages.listen(ROOTS_CHANGED, ({ id }) => typeof id === 'string' && news.rootsChanged(id));
    messages.listen(STREAM_TAKEN, ({ id }) => typeof id === 'string' && news.streamTaken(id));
    messages.listen(SUBSCRIPTIONS_CHANGED, () => news.subscriptionsChanged());
  }
}

/** The address in the id of a question; `undefined` where it is none of a gateway's. */
function gatewayOf(question: string): string | undefined {
  return /^([0-9a-f-]{1,64})\.[0-9a-f-]{1,64}$/.exec(question)?.[1];
}

function readKey(value: JsonValue | undefined): IdKey | undefined {
  if (typeof value === 'string' || typeof value === 'number') {
    return value;
  }
  const digits = isJsonObject(value) ? value['digits'] : undefined;
  return typeof digits === 'string' && /^-?\d{1,128}$/.test(digits) ? BigInt(digits) : undefined;
}

/** The member of an error that has digits or texts of its own travels as JSON does. */
function toJson(answer: ClientAnswer): JsonObject {
  return 'result' in answer ? { result: answer.result } : { error: toJsonObject(answer.error) };
}

function readAnswer(value: JsonValue | undefined): ClientAnswer | undefined {
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { result, error } = value;
  if (isJsonObject(result)) {
    return { result };
  }
  if (!isJsonObject(error)) {
    return undefined;
  }
  const { code, message, data } = error;
  return typeof code === 'number' && typeof message === 'string'
    ? { error: { code, message, ...(data === undefined ? {} : { data }) } }
    : undefined;
}
