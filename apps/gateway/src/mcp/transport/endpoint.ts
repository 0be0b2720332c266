import { memoize } from '@dcc-mcp/bounds';
import { acceptsMediaType } from '@dcc-mcp/content-negotiation';
import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import {
  readRequestContext,
  type RequestContext,
  type RequestContextSettings,
  responseHeaders,
} from '@dcc-mcp/request-context';
import { emptyReply, jsonReply, type Reply } from '../../http/reply.ts';
import { idText } from '../../protocol/json-rpc-id.ts';
import type { JsonRpcNotification, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { RawJson } from '../../protocol/json/raw-json.ts';
import { ERROR_INVALID_REQUEST, ERROR_SERVER, eraOf, McpError } from '../../protocol/mcp-protocol.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { type McpClient, modernClient, sessionClient, unknownClient } from '../exchange/mcp-client.ts';
import {
  type BareMessage,
  checkMessage,
  type ClientAnswerMessage,
  type ClientMessage,
  readJson,
  refusedId,
  toBareMessage,
} from '../exchange/messages.ts';
import { type CountRefusal, isOperation, type McpServer } from '../server/server.ts';
import { MAX_RUNNING_REQUESTS } from '../session/session-streams.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { toErrorReply } from './error-reply.ts';
import { ANSWER_NOT_READ, STREAM_HEADERS } from './event-stream.ts';
import { answerHttpBatch } from './http-batch.ts';
import { type CancellableExchange, createHttpExchange, type HttpOrigin } from './http-exchange.ts';
import { HttpReply } from './http-reply.ts';
import { checkMirroredHeaders } from './mirrored-headers.ts';
import { noteRunning } from './running-requests.ts';
import { openSessionStream, resumable } from './session-stream.ts';
import { checkVersionHeader } from './version-header.ts';
import { whyNotGranted } from './why-not-granted.ts';

/** What the HTTP side of `/mcp` is made from. */
export interface McpEndpointOptions {
  readonly server: McpServer;
  readonly sessions: Sessions;
  /** Reads the context of a request that is no operation. */
  readonly readContext: (request: JsonRpcRequest, exchange: Exchange) => RequestContext;
  /** How the context of a message is read that becomes no exchange. */
  readonly contextSettings: RequestContextSettings;
  /** Called for each notification written to a client. */
  readonly onNotificationSent: () => void;
  /** Called when a long-lived stream opens and closes. */
  readonly onStream: (kind: 'get' | 'post', change: 1 | -1) => void;
  /** Told, for people, what was not sent and why. */
  readonly onCut: (line: string) => void;
  /** Called with each answered request and the size of its answer, in bytes. */
  readonly onAnswer: (request: JsonRpcRequest, bytes: number) => void;
}

/** The HTTP side of `/mcp`: Streamable HTTP of all revisions from 2025-03-26 to 2026-07-28. */
export class McpEndpoint {
  readonly #options: McpEndpointOptions;

  constructor(options: McpEndpointOptions) {
    this.#options = options;
  }

  /** Answers one POST. `text` is its whole body. */
  async post(text: string, origin: HttpOrigin): Promise<Reply> {
    const countRefusal = this.#options.server.received('http');
    let bare: BareMessage = {};
    let reply: Reply;
    try {
      const body = readJson(text, 'body');
      if (body.isList) {
        reply = origin.refuseNew?.() ?? (await this.#batch(body.elements(), origin, countRefusal));
      } else {
        const message = checkMessage(body);
        bare = toBareMessage(message);
        reply = await this.#answer(message, origin);
      }
    } catch (error) {
      countRefusal(error, bare.method);
      bare = { id: refusedId(error), ...bare };
      reply = toErrorReply(bare.id ?? null, error);
    }
    return this.named(reply, origin, bare);
  }

  /** Says which request and which trace an answer belongs to, where it does not say so itself. */
  named(reply: Reply, origin: HttpOrigin, message: BareMessage = {}): Reply {
    if (reply.headers['x-request-id'] !== undefined) {
      return reply;
    }
    const { id = null, meta } = message;
    const { http, authSubject } = origin;
    const { headers, peerAddress } = http;
    const input = { transport: 'mcp', headers, jsonrpcId: idText(id), meta, peerAddress, authSubject } as const;
    return withIds(reply, readRequestContext(input, this.#options.contextSettings));
  }

  /**
   * Opens the stream on which a handshake-era client hears what belongs to no request of its own, or takes up again the one
   * that `Last-Event-ID` is of: that of an answer, too.
   */
  async get(origin: HttpOrigin): Promise<Reply> {
    const session = await this.#session(origin);
    checkAcceptsStream(origin.http);
    const stream = openSessionStream(session, headerText(origin.http.headers, 'last-event-id'), this.#options);
    if (session.streams.stream === stream) {
      this.#options.sessions.streamTaken(session);
    }
    return stream.reply;
  }

  /** What {@link get} would answer, without a stream: the one that is open goes on. */
  async head(origin: HttpOrigin): Promise<Reply> {
    const { id } = await this.#session(origin, false);
    checkAcceptsStream(origin.http);
    return { status: 200, headers: { ...STREAM_HEADERS, 'mcp-session-id': id } };
  }

  /** Ends a session. */
  async delete(origin: HttpOrigin): Promise<Reply> {
    const { id } = await this.#session(origin);
    await this.#options.sessions.end(id, 'deleted');
    return emptyReply(204);
  }

  #answer(message: ClientMessage, origin: HttpOrigin): Reply | Promise<Reply> {
    if (!('method' in message)) {
      return this.#clientAnswer(message, origin);
    }
    const isNew = 'id' in message && !this.#options.server.goesOn(message);
    return (isNew ? origin.refuseNew?.() : undefined) ?? this.#take(message, origin);
  }

  #take(message: JsonRpcRequest | JsonRpcNotification, origin: HttpOrigin): Reply | Promise<Reply> {
    const refusal = whyNotGranted(message, origin.grants, this.#options.server);
    if (refusal !== undefined) {
      throw refusal;
    }
    const client = this.#ownClient(message, origin.http);
    if (client !== undefined) {
      return this.#takeFrom(client, message, origin);
    }
    const session = this.#session(origin, message.method !== 'notifications/initialized');
    return session instanceof Promise
      ? session.then((found) => this.#takeFrom(sessionClient(found, 'http'), message, origin))
      : this.#takeFrom(sessionClient(session, 'http'), message, origin);
  }

  #takeFrom(
    client: McpClient,
    message: JsonRpcRequest | JsonRpcNotification,
    origin: HttpOrigin,
  ): Reply | Promise<Reply> {
    return 'id' in message ? this.#request(message, client, origin) : this.#notification(message, client);
  }

  async #batch(members: readonly RawJson[], origin: HttpOrigin, countRefusal: CountRefusal): Promise<Reply> {
    const hasSession = headerText(origin.http.headers, 'mcp-session-id') !== undefined;
    const session = hasSession ? await this.#session(origin) : undefined;
    const reply = this.#openReply(session, origin);
    return answerHttpBatch(members, { session, origin, reply, countRefusal }, this.#options);
  }

  /** The client of a message that belongs to no session: it speaks for itself, or has only just come. */
  #ownClient(message: JsonRpcRequest | JsonRpcNotification, http: HttpContext): McpClient | undefined {
    if (eraOf(message.params) === 'modern') {
      checkMirroredHeaders(message, http.headers);
      return modernClient(message.params, 'http');
    }
    checkVersionHeader(http.headers);
    return message.method === 'initialize' ? unknownClient('http') : undefined;
  }

  #session({ http, principal }: HttpOrigin, isUse = true): Session | Promise<Session> {
    const id = headerText(http.headers, 'mcp-session-id');
    if (id === undefined) {
      const message = 'Bad Request: Mcp-Session-Id header is required; send initialize first';
      throw new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 400 });
    }
    const { sessions } = this.#options;
    const key = { id, principal };
    const session = isUse ? sessions.use(key) : sessions.find(key);
    return session instanceof Promise ? session.then(orNotFound) : orNotFound(session);
  }

  async #clientAnswer(message: ClientAnswerMessage, origin: HttpOrigin): Promise<Reply> {
    const session = await this.#session(origin);
    if (await this.#options.sessions.answered(session, message.id, message.answer)) {
      return accepted();
    }
    const refusal = 'The gateway that asked can not be reached; send the answer again';
    throw new McpError(ERROR_SERVER, refusal, { httpStatus: 503, retryAfterSeconds: 1 });
  }

  #notification(message: JsonRpcNotification, client: McpClient): Reply {
    this.#options.server.notified(message, client);
    return accepted();
  }

  #request(message: JsonRpcRequest, client: McpClient, origin: HttpOrigin): Promise<Reply> {
    if (message.method === 'initialize' && client.era === 'legacy') {
      return this.#initialize(message, createHttpExchange(client, origin));
    }
    if (message.method === 'subscriptions/listen' && client.era === 'modern') {
      return this.#listen(message, createHttpExchange(client, origin));
    }
    if ((client.session?.streams.running.size ?? 0) >= MAX_RUNNING_REQUESTS) {
      const ctx = this.#options.readContext(message, createHttpExchange(client, origin));
      const busy = tooManyRequests();
      this.#options.server.received('http')(busy, message.method);
      return Promise.resolve(withIds(toErrorReply(message.id, busy), ctx));
    }
    const reply = this.#openReply(client.session, origin, message);
    void this.#reply(message, createHttpExchange(client, origin, reply), reply);
    return reply.reply;
  }

  /** @param message The one that is answered; absent for a batch. */
  #openReply(session: Session | undefined, { http }: HttpOrigin, message?: JsonRpcRequest): HttpReply {
    return new HttpReply({
      acceptsStream: acceptsStream(http),
      isOfOperation: message !== undefined && isOperation(message),
      onNotification: this.#options.onNotificationSent,
      onAnswer: (bytes) => message && this.#options.onAnswer(message, bytes),
      onOpen: () => this.#options.onStream('post', 1),
      onClose: (by) => {
        this.#options.onStream('post', -1);
        if (by === 'overflow') {
          this.#options.onCut(ANSWER_NOT_READ);
        }
      },
      ...(session === undefined ? {} : resumable(session)),
    });
  }

  async #listen(message: JsonRpcRequest, exchange: Exchange): Promise<Reply> {
    return (await this.#options.server.listen(message, this.#shareOf(message, exchange), exchange)).reply;
  }

  async #initialize(message: JsonRpcRequest, exchange: Exchange): Promise<Reply> {
    const ctx = this.#options.readContext(message, exchange);
    const owner = { principal: exchange.principal, share: this.#shareOf(message, exchange) };
    const { session, result } = await this.#options.server.initialize(message, exchange, owner);
    const headers = { 'mcp-session-id': session.id, ...responseHeaders(ctx) };
    return jsonReply({ jsonrpc: '2.0', id: message.id, result }, 200, headers);
  }

  /** Out of whose places one is taken: the principal's, or without one those of the address. */
  #shareOf(message: JsonRpcRequest, exchange: Exchange): string {
    return exchange.principal ?? `from ${this.#options.readContext(message, exchange).sourceIp}`;
  }

  /** Never rejects. */
  async #reply(message: JsonRpcRequest, exchange: CancellableExchange, reply: HttpReply): Promise<void> {
    const identify = (): void => {
      if (!reply.isIdentified) {
        reply.identify(this.#options.readContext(message, exchange), undefined);
      }
    };
    const stopWaiting = reply.openWhenSlow(identify);
    const end = noteRunning(message, exchange);
    try {
      const answer = await this.#options.server.handle(message, exchange);
      identify();
      // A request that its client cancelled has no answer (MCP, "Cancellation").
      if (exchange.signal.aborted) {
        reply.end();
      } else {
        reply.answer(message.id, answer);
      }
    } catch (error) {
      const told = this.#options.server.toMcpError(error);
      reply.answer(message.id, { error: told.toJson(), httpStatus: told.httpStatus });
    } finally {
      stopWaiting();
      end();
    }
  }
}

function withIds(reply: Reply, ctx: RequestContext): Reply {
  return { ...reply, headers: { ...responseHeaders(ctx), ...reply.headers } };
}

function tooManyRequests(): McpError {
  const message = `This session runs ${MAX_RUNNING_REQUESTS} requests already`;
  return new McpError(ERROR_SERVER, message, { httpStatus: 503, retryAfterSeconds: 1 });
}

/** @throws {McpError} HTTP 404. */
function orNotFound(session: Session | undefined): Session {
  if (session === undefined) {
    const message = 'Session not found: it is unknown or has ended; send initialize again';
    throw new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 404 });
  }
  return session;
}

/** Values of Accept that are remembered: a client sends the same with each request, and most clients send one of a few. */
const MAX_REMEMBERED = 64;

/** Without an Accept header, and with wild cards, a client takes everything. */
const takesStream = memoize(
  (accept: string | undefined) => acceptsMediaType(accept, 'text/event-stream'),
  MAX_REMEMBERED,
);

function acceptsStream({ headers }: HttpContext): boolean {
  return takesStream(headerText(headers, 'accept'));
}

/** @throws {McpError} HTTP 406. */
function checkAcceptsStream(http: HttpContext): void {
  if (!acceptsStream(http)) {
    const message = 'Not Acceptable: the client must accept text/event-stream';
    throw new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 406 });
  }
}

function accepted(): Reply {
  return emptyReply(202);
}
