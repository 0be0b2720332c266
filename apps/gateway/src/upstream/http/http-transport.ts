import type { Pool } from 'undici';
import { DeepJsonError, parseBoundedJson } from '../../protocol/bounded-json.ts';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { badAnswer } from '../hop/failures.ts';
import { isCancellable, type Abandonment, type Hop } from '../hop/hop.ts';
import type { Conversation, Transport } from '../session/transport.ts';
import { explainBreak, explainEnding } from './http-endings.ts';
import { HttpExchange, type HttpEnding } from './http-exchange.ts';
import { toRequestHeaders, type RequestHeadersOptions } from './http-headers.ts';
import { isSessionLost, toStatusFailure } from './http-status.ts';
import { toError } from './network-errors.ts';
import { NotificationStream } from './notification-stream.ts';
import { StreamResumption } from './stream-resumption.ts';

export interface HttpTransportOptions {
  readonly pool: Pool;
  readonly url: URL;
  /** Of the configuration: credentials and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bound of one message in bytes. */
  readonly maxMessageBytes: number;
  readonly random: () => number;
}

const CLOSE_MILLIS = 1_500;

interface HttpRequest extends Pick<RequestHeadersOptions, 'verb' | 'method' | 'hop' | 'params'> {
  readonly body?: string;
  /** Where a stream is taken up again. */
  readonly lastEventId?: string | undefined;
}

/** A request on its way; `sessionId` is the session it was sent in. */
interface Sending {
  readonly hop: Hop;
  readonly text: string;
  readonly params: JsonObject;
  readonly sessionId: string | undefined;
  readonly isRepeat: boolean;
}

/** JSON-RPC over Streamable HTTP, in both eras (MCP 2025-11-25 and 2026-07-28, "Streamable HTTP"). */
export class HttpTransport implements Transport {
  sessionId: string | undefined;
  readonly #options: HttpTransportOptions;
  readonly #path: string;
  readonly #exchanges = new Map<Hop, HttpExchange>();
  #stream: NotificationStream | undefined;
  #conversation: Conversation | undefined;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#path = options.url.pathname + options.url.search;
  }

  get canBeNotified(): boolean {
    return this.#conversation?.era === 'modern' || this.#stream?.isOffered === true;
  }

  attach(conversation: Conversation): void {
    this.#conversation = conversation;
  }

  send(hop: Hop, text: string, params: JsonObject): void {
    this.#send({ hop, text, params, sessionId: this.sessionId, isRepeat: false });
  }

  post(text: string, method?: string): void {
    const exchange = new HttpExchange({
      maxBytes: this.#options.maxMessageBytes,
      onEvent: (data) => this.#onData(data, undefined),
      onEnd: () => {}, // best effort, as the interface says
    });
    this.#dispatch(exchange, { verb: 'POST', method, body: text });
  }

  abandon(hop: Hop, why: Abandonment): void {
    if (this.#conversation?.era === 'legacy' && isCancellable(hop.call.method)) {
      // In the handshake era a closed stream is no cancellation: it has to be said.
      const params = {
        requestId: hop.id,
        reason: why === 'timeout' ? 'The request timed out' : 'The caller cancelled',
      };
      this.post(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params }));
    }
    this.#exchanges.get(hop)?.abort();
    this.#exchanges.delete(hop);
  }

  openStream(): void {
    this.#stream?.close();
    this.#stream = new NotificationStream({
      random: this.#options.random,
      maxMessageBytes: this.#options.maxMessageBytes,
      open: (exchange, lastEventId) => this.#openGet(exchange, lastEventId),
      onData: (data) => this.#onData(data, undefined),
    });
  }

  async close(): Promise<void> {
    this.#stream?.close();
    for (const exchange of this.#exchanges.values()) {
      exchange.abort();
    }
    this.#exchanges.clear();
    if (this.sessionId !== undefined) {
      await this.#endSession();
    }
  }

  #endSession(): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, CLOSE_MILLIS).unref();
      const exchange = new HttpExchange({
        maxBytes: this.#options.maxMessageBytes,
        onEvent: () => {},
        onEnd: () => resolve(),
      });
      this.#dispatch(exchange, { verb: 'DELETE' });
    });
  }

  #send(sending: Sending): void {
    const { hop, text, params } = sending;
    const exchange = new HttpExchange({
      maxBytes: this.#options.maxMessageBytes,
      onStart: (status, headers) => this.#onStart(hop, status, headers['mcp-session-id']),
      onEvent: (data) => this.#onData(data, hop),
      onEnd: (ending) => this.#onEnd(sending, exchange, ending),
    });
    this.#exchanges.set(hop, exchange);
    this.#dispatch(exchange, { verb: 'POST', method: hop.call.method, hop, params, body: text });
  }

  #dispatch(exchange: HttpExchange, { body, lastEventId, ...request }: HttpRequest): void {
    const headers = toRequestHeaders({
      configured: this.#options.headers,
      era: this.#conversation?.era ?? 'legacy',
      protocolVersion: this.#conversation?.protocolVersion,
      sessionId: this.sessionId,
      ...request,
    });
    if (lastEventId !== undefined) {
      headers.push('last-event-id', lastEventId);
    }
    try {
      this.#options.pool.dispatch({ method: request.verb, path: this.#path, headers, body: body ?? null }, exchange);
    } catch (error) {
      exchange.fail(toError(error)); // a header value that HTTP can't carry, or a pool that is closed
    }
  }

  #openGet(exchange: HttpExchange, lastEventId: string | undefined): void {
    this.#dispatch(exchange, { verb: 'GET', lastEventId });
  }

  #onStart(hop: Hop, status: number, sessionId: unknown): void {
    if (hop.call.method === 'initialize' && status < 300 && typeof sessionId === 'string') {
      this.sessionId = sessionId;
    }
  }

  #onData(data: string, hop: Hop | undefined, httpStatus?: number): void {
    let value: unknown;
    try {
      value = parseBoundedJson(data);
    } catch (error) {
      const what = error instanceof DeepJsonError ? `JSON ${error.message}` : 'something that is not JSON';
      hop?.end(badAnswer('invalid_json', `The upstream answered with ${what}`));
      return;
    }
    for (const message of Array.isArray(value) ? value : [value]) {
      if (isJsonObject(message)) {
        this.#conversation?.onMessage(message, hop, httpStatus);
      } else {
        hop?.end(badAnswer('jsonrpc', 'The upstream answered with something other than JSON-RPC 2.0'));
      }
    }
  }

  #onEnd(sending: Sending, exchange: HttpExchange, ending: HttpEnding): void {
    const { hop } = sending;
    this.#exchanges.delete(hop);
    if (hop.isEnded) {
      return;
    }
    if (ending.kind === 'ended' && !ending.isStream) {
      this.#onBody(sending, ending.status, ending.text);
    } else if (
      exchange.lastEventId !== undefined &&
      this.#conversation?.era === 'legacy' &&
      ending.kind !== 'too_large'
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
      onEvent: (data) => this.#onData(data, hop),
      onGiveUp: (last) => this.#giveUp(hop, last),
    });
  }

  #onBody(sending: Sending, status: number, text: string): void {
    const { hop, sessionId, isRepeat } = sending;
    if (!isRepeat && isSessionLost(status, text, sessionId)) {
      void this.#repeatInNewSession(sending);
      return;
    }
    const isSuccess = status >= 200 && status < 300 && status !== 202;
    if (isSuccess && text.trim() === '') {
      hop.end(badAnswer('empty_result', 'The upstream answered with an empty body'));
      return;
    }
    // In the stateless era a JSON-RPC error travels with an HTTP error status.
    if (isSuccess || (this.#conversation?.era === 'modern' && text.startsWith('{'))) {
      this.#onData(text, hop, status);
    }
    if (!hop.isEnded) {
      hop.end(
        isSuccess ? badAnswer('jsonrpc', 'The upstream answered another request') : toStatusFailure(status, text),
      );
    }
  }

  /** The session is gone, so the request can't have run: it is sent once more in a new one. */
  async #repeatInNewSession(sending: Sending): Promise<void> {
    const isRenewed = this.sessionId !== sending.sessionId || (await this.#conversation?.renewSession()) === true;
    if (isRenewed && !sending.hop.isEnded) {
      this.#send({ ...sending, sessionId: this.sessionId, isRepeat: true });
      return;
    }
    const message = 'The upstream ended the session and gave no new one';
    sending.hop.end(badAnswer('http_4xx', message, { httpStatus: 404 }));
  }

  #giveUp(hop: Hop, ending: HttpEnding): void {
    if (ending.kind === 'broken') {
      void this.#onBroken(hop, ending.error);
    } else {
      hop.end(explainEnding(ending, this.#options.maxMessageBytes));
    }
  }

  async #onBroken(hop: Hop, error: Error): Promise<void> {
    const { result, gone } = await explainBreak(error, this.#options.url);
    hop.end(result);
    if (gone !== undefined) {
      this.#conversation?.onLost(gone);
    }
  }
}
