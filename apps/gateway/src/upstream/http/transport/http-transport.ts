// upstream/http/: the transport over Streamable HTTP.
import { PendingMap } from '@dcc-mcp/bounds';
import type { JsonObject } from '../../../protocol/json-rpc.ts';
import { withoutByteOrderMark } from '../../../protocol/json/bounded-json.ts';
import { UnboundedJsonError } from '../../../protocol/json/json-scanner.ts';
import type { RawJson } from '../../../protocol/json/raw-json.ts';
import { messageOf } from '../../../protocol/thrown-error.ts';
import { badAnswer, cancelled } from '../../hop/failures.ts';
import { type Abandonment, cancellation, type Hop } from '../../hop/hop.ts';
import { TOO_MANY_REQUESTS } from '../../hop/too-many-requests.ts';
import type { Authorization } from '../../oauth/authorization.ts';
import { readMessages, unboundedRequest } from '../../session/incoming.ts';
import type { Conversation, Transport } from '../../session/transport.ts';
import { explainBreak, explainEnding } from '../endings/http-endings.ts';
import { toStatusFailure, type Peer } from '../endings/http-status.ts';
import { HttpExchange, type HttpEnding } from '../exchange/http-exchange.ts';
import { type HttpRequest, HttpRequests, type HttpRequestsOptions } from '../exchange/http-requests.ts';
import type { Reach } from '../reach/reach.ts';
import { KeptSession, type SentInSession } from './kept-session.ts';
import { NotificationStream } from './notification-stream.ts';
import { StreamResumption } from './stream-resumption.ts';

export interface HttpTransportOptions extends HttpRequestsOptions {
  /** Bound of one message in bytes. */
  readonly maxMessageBytes: number;
  readonly random: () => number;
  /** Absent where any address may be connected to. */
  readonly reach?: Reach | undefined;
}

const UNAUTHORIZED = 401;
const CLOSE_MILLIS = 1_500;
/** How long a server may take to accept a notification or an answer. */
const POST_MILLIS = 10_000;
/** How long the stream of an answer may stay open after it. */
const ANSWERED_STREAM_MILLIS = 1_000;

/** A request on its way. */
interface Sending extends SentInSession {
  /** The credential that it carries, where it is one that can be replaced. */
  readonly used?: string | undefined;
  /** It was sent again with another credential. */
  readonly hasNewCredential?: boolean;
  readonly text: string;
  readonly params: JsonObject;
}

/** Where a message came. */
interface Origin {
  readonly hop?: Hop;
  /** Of a message that is a whole body. */
  readonly httpStatus?: number;
  readonly contentType?: unknown;
}

/** What was sent instead of JSON, by its own name where that says more. */
function notJson(contentType: unknown): string {
  const type = typeof contentType === 'string' ? /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+/.exec(contentType)?.[0] : undefined;
  return `something that is not JSON${type === undefined || /json/i.test(type) ? '' : ` (${type.slice(0, 100)})`}`;
}

/** JSON-RPC over Streamable HTTP, in both eras (MCP 2025-11-25 and 2026-07-28, "Streamable HTTP"). */
export class HttpTransport implements Transport {
  readonly pid: undefined;
  readonly #options: HttpTransportOptions;
  readonly #requests: HttpRequests;
  /** By the ids of their hops. */
  readonly #exchanges = new PendingMap<number, HttpExchange>();
  readonly #session: KeptSession;
  #stream: NotificationStream | undefined;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#requests = new HttpRequests(options);
    this.#session = new KeptSession({
      renew: async (why) => (await this.#requests.conversation?.renewSession(why)) === true,
      drop: (hop) => this.#drop(hop),
    });
  }

  get sessionId(): string | undefined {
    return this.#session.current.id;
  }

  get #peer(): Peer {
    const { client, url } = this.#options;
    return { url, proxy: client.proxy };
  }

  get canBeNotified(): boolean {
    return this.#requests.conversation?.era === 'modern' || this.#stream?.isOffered === true;
  }

  attach(conversation: Conversation): void {
    this.#requests.conversation = conversation;
  }

  send(hop: Hop, text: string, params: JsonObject): void {
    this.#send({ hop, text, params, session: this.#session.current, isRepeat: false });
  }

  post(text: string, method?: string): Promise<void> {
    return this.#untilEnd(POST_MILLIS, { verb: 'POST', method, sessionId: this.sessionId, body: text });
  }

  abandon(hop: Hop, why: Abandonment): string | undefined {
    // In the handshake era a closed stream is no cancellation: it has to be said.
    const said = this.#sayCancelled(hop, why);
    this.#drop(hop);
    return said;
  }

  /** In the stateless era a closed stream is the cancellation, and leaves nothing for the upstream to say. */
  withdraw(hop: Hop): string | undefined {
    const said = this.#sayCancelled(hop, 'cancelled');
    if (said === undefined) {
      hop.endNow(cancelled());
      this.#drop(hop);
    }
    return said;
  }

  openStream(): void {
    this.#stream?.close();
    this.#stream = new NotificationStream({
      random: this.#options.random,
      maxMessageBytes: this.#options.maxMessageBytes,
      open: (exchange, lastEventId) => this.#openGet(exchange, lastEventId),
      onData: (data) => this.#onData(data, {}),
    });
  }

  async close(): Promise<void> {
    this.#stream?.close();
    for (const exchange of this.#exchanges.values()) {
      exchange.abort();
    }
    this.#exchanges.clear();
    if (this.sessionId !== undefined) {
      await this.#untilEnd(CLOSE_MILLIS, { verb: 'DELETE', sessionId: this.sessionId });
    }
  }

  /** Sends what no answer is waited for; what comes back all the same is taken. */
  #untilEnd(timeoutMillis: number, request: HttpRequest): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const exchange = new HttpExchange({
      maxBytes: this.#options.maxMessageBytes,
      onEvent: (data) => this.#onData(data, {}),
      onEnd: () => {
        clearTimeout(timer);
        resolve();
      },
    });
    // Otherwise a server that never answers would take one connection after the other away from the calls.
    const timer = setTimeout(() => {
      exchange.abort();
      resolve();
    }, timeoutMillis).unref();
    this.#requests.send(exchange, request);
    return promise;
  }

  #send(given: Sending): void {
    const { hop, text, params } = given;
    const { authorization } = this.#options;
    const sending = authorization === undefined ? given : { ...given, used: authorization.header };
    const exchange = new HttpExchange({
      maxBytes: this.#options.maxMessageBytes,
      onStart: (status, headers) => {
        this.#options.watch?.started(hop, status, headers);
        this.#onStart(hop, status, headers['mcp-session-id']);
      },
      onEvent: (data) => {
        this.#onData(data, { hop });
        this.#endAnswered(hop, exchange);
      },
      onEnd: (ending) => this.#onEnd(sending, exchange, ending),
    });
    this.#exchanges.set(hop.id, exchange);
    if (this.#requests.conversation?.era === 'legacy') {
      this.#session.watch(sending, () => this.#send({ ...sending, session: this.#session.current, isRepeat: true }));
    }
    const { sessionId } = this;
    this.#requests.send(exchange, { verb: 'POST', method: hop.call.method, hop, params, sessionId, body: text });
  }

  #openGet(exchange: HttpExchange, lastEventId: string | undefined): void {
    this.#requests.send(exchange, { verb: 'GET', sessionId: this.sessionId, lastEventId });
  }

  #onStart(hop: Hop, status: number, sessionId: unknown): void {
    if (hop.call.method === 'initialize' && status < 300) {
      this.#session.opened(typeof sessionId === 'string' ? sessionId : undefined);
    }
  }

  #onData(data: string, { hop, httpStatus, contentType }: Origin): void {
    let messages: readonly RawJson[];
    try {
      messages = readMessages(data);
    } catch (error) {
      const request = unboundedRequest(data, error);
      if (request !== undefined) {
        this.#requests.conversation?.onUnreadRequest(request, messageOf(error));
        return;
      }
      const what = error instanceof UnboundedJsonError ? `JSON ${error.message}` : notJson(contentType);
      hop?.end(badAnswer('invalid_json', `The upstream answered with ${what}`));
      return;
    }
    for (const message of messages) {
      if (message.isObject) {
        this.#requests.conversation?.onMessage(message, hop, httpStatus);
      } else {
        hop?.end(badAnswer('jsonrpc', 'The upstream answered with something other than JSON-RPC 2.0'));
      }
    }
  }

  #onEnd(sending: Sending, exchange: HttpExchange, ending: HttpEnding): void {
    const { hop } = sending;
    if (this.#exchanges.get(hop.id) !== exchange) {
      return;
    }
    this.#exchanges.delete(hop.id); // also where the answer came on another stream: a call that has ended keeps its text
    if (hop.isEnded) {
      return;
    }
    if (ending.kind === 'ended' && !ending.isStream) {
      this.#onBody(sending, ending);
    } else if (
      exchange.lastEventId !== undefined &&
      this.#requests.conversation?.era === 'legacy' &&
      ending.kind !== 'unreadable'
    ) {
      this.#resume(hop, exchange, ending);
    } else {
      this.#giveUp(hop, ending);
    }
  }

  #resume(hop: Hop, exchange: HttpExchange, ending: HttpEnding): void {
    void new StreamResumption(exchange, ending, {
      hop,
      maxBytes: this.#options.maxMessageBytes,
      open: (next, lastEventId) => this.#openGet(next, lastEventId),
      onEvent: (data) => this.#onData(data, { hop }),
      onGiveUp: (last) => this.#giveUp(hop, last),
    });
  }

  #onBody(sending: Sending, ending: HttpEnding & { kind: 'ended' }): void {
    const { hop } = sending;
    const { status, headers, text } = ending;
    const { authorization } = this.#options;
    if (status === UNAUTHORIZED && authorization !== undefined) {
      void this.#onUnauthorized(sending, authorization, ending);
      return;
    }
    const isSuccess = status >= 200 && status < 300;
    const isEmpty = text.trim() === '';
    if (status === 200 && isEmpty) {
      hop.end(badAnswer('empty_result', 'The upstream answered with an empty body'));
      return;
    }
    // In the stateless era a JSON-RPC error travels with an HTTP error status; of 429 the headers say more.
    const isModern = this.#requests.conversation?.era === 'modern' && status !== TOO_MANY_REQUESTS;
    if (!isEmpty && (isSuccess || (isModern && /^\s*\{/.test(withoutByteOrderMark(text))))) {
      this.#onData(text, { hop, httpStatus: status, contentType: headers['content-type'] });
    }
    if (!hop.isEnded) {
      const isOther = isSuccess && !isEmpty;
      hop.end(
        isOther ? badAnswer('jsonrpc', 'The upstream answered another request') : toStatusFailure(ending, this.#peer),
      );
    }
  }

  /** A token that the upstream takes no longer is replaced, and the request sent once more. */
  async #onUnauthorized(
    sending: Sending,
    authorization: Authorization,
    ending: HttpEnding & { kind: 'ended' },
  ): Promise<void> {
    const { hop, used, hasNewCredential } = sending;
    const challenge = ending.headers['www-authenticate'];
    const refused = { used, challenge: challenge === undefined ? undefined : String(challenge) };
    if (hasNewCredential !== true && (await authorization.renew(refused))) {
      if (!hop.isEnded) {
        this.#send({ ...sending, session: this.#session.current, hasNewCredential: true });
      }
      return;
    }
    const why = await authorization.whyRefused();
    if (why === undefined) {
      hop.end(toStatusFailure(ending, this.#peer));
      return;
    }
    hop.end(why);
    if (why.failure.kind === 'backend-unreachable') {
      this.#requests.conversation?.onLost(why.failure.message, false);
    }
  }

  /** A server ends the stream of an answer with it; one that doesn't would take one connection after the other away. */
  #endAnswered(hop: Hop, exchange: HttpExchange): void {
    if (hop.isEnded && this.#exchanges.delete(hop.id)) {
      setTimeout(() => exchange.isOver || exchange.abort(), ANSWERED_STREAM_MILLIS).unref();
    }
  }

  /** @returns What was sent, where the upstream is of the era that takes it. */
  #sayCancelled(hop: Hop, why: Abandonment): string | undefined {
    const said = this.#requests.conversation?.era === 'legacy' ? cancellation(hop, why) : undefined;
    if (said !== undefined) {
      void this.post(said);
    }
    return said;
  }

  #drop(hop: Hop): void {
    this.#exchanges.get(hop.id)?.abort();
    this.#exchanges.delete(hop.id);
  }

  #giveUp(hop: Hop, ending: HttpEnding): void {
    if (ending.kind === 'broken') {
      void this.#onBroken(hop, ending.error);
    } else {
      hop.end(explainEnding(ending, this.#peer));
    }
  }

  async #onBroken(hop: Hop, error: Error): Promise<void> {
    const { url, proxy } = this.#peer;
    const { result, gone } = await explainBreak(error, url, { reach: this.#options.reach, proxy });
    hop.end(result);
    if (gone !== undefined) {
      // Only who works for somebody dies in the middle of its work: a question of ours whether it lives is no call.
      this.#requests.conversation?.onLost(gone, result.failure.kind === 'host-died' && hop.call.isOwn !== true);
    }
  }
}
