import { PendingMap } from '@dcc-mcp/bounds';
import type { RequestContext } from '@dcc-mcp/request-context';
import { cancelledKey, idKey, type IdKey } from '../../../protocol/json-rpc-id.ts';
import type {
  JsonObject,
  JsonRpcError,
  JsonRpcMessage,
  JsonRpcNotification,
  JsonRpcRequest,
} from '../../../protocol/json-rpc.ts';
import { ERROR_INVALID_REQUEST, ERROR_SERVER, eraOf, McpError } from '../../../protocol/mcp-protocol.ts';
import type { PeerQuestion } from '../../../upstream/upstream.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { type McpClient, modernClient, sessionClient, unknownClient } from '../../exchange/mcp-client.ts';
import { checkMessage, readJson, refusedId } from '../../exchange/messages.ts';
import type { McpServer } from '../../server/server.ts';
import { askClient } from '../../session/ask-client.ts';
import type { SessionOwner } from '../../session/session-records.ts';
import type { ClientAnswer, SessionStreams } from '../../session/session-streams.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { responseMessage } from '../http-reply.ts';
import type { StdioTap } from './stdio-tap.ts';

/** How messages are framed by the language server protocol. */
const CONTENT_LENGTH = /^\s*content-length:\s*\d/i;

/** Whoever started the process: it shares its place with nobody over HTTP. */
const STDIO_OWNER: SessionOwner = { principal: undefined, share: 'stdio' };

/** To what comes when the gateway stops. */
const SHUTTING_DOWN: JsonRpcError = {
  code: ERROR_SERVER,
  message: 'The gateway is shutting down',
  data: { kind: 'not-ready' },
};

/** The gateway as a client on the standard streams reaches it. */
export interface StdioGateway {
  readonly mcp: McpServer;
  readonly sessions: Sessions;
  /** Called when a request comes; what it gives is called at the end. Absent where new work is refused. */
  begin(): (() => void) | undefined;
  /** Told of each message written, with the request that it answers. */
  onStdioMessage(message: JsonRpcMessage, request?: JsonRpcRequest): void;
  /** Absent where nobody looks at the wire. */
  readonly stdioTap?: StdioTap | undefined;
}

/** The ways out of {@link StdioFront}. */
interface StdioWays {
  /** `onWritten` is called when the message has left, or will never. */
  write(message: JsonRpcMessage, onWritten?: () => void): void;
  /** Says one line to people. */
  tell(line: string): void;
}

function isHandshake({ method, params }: JsonRpcRequest): boolean {
  return method === 'initialize' && eraOf(params) === 'legacy';
}

/** One client on the standard streams: what it sends is answered, in whatever order that is done. */
export class StdioFront {
  readonly #gateway: StdioGateway;
  readonly #ways: StdioWays;
  #isFramingTold = false;
  readonly #running = new PendingMap<IdKey | undefined, AbortController>();
  /** What ends each `subscriptions/listen`. */
  readonly #listening = new Map<IdKey | undefined, () => void>();
  /** The one session of a handshake-era client on this pipe. */
  #session: Session | undefined;
  /** Resolves once the handshake that is under way is over: what came behind it, without waiting, is taken then. */
  #handshake: Promise<void> | undefined;
  /** Whoever has said all there is to say may still read the answers: only one that does not is gone. */
  #isGone = false;

  constructor(gateway: StdioGateway, ways: StdioWays) {
    this.#gateway = gateway;
    this.#ways = ways;
  }

  receive(line: string): void {
    if (line.trim() === '') {
      return;
    }
    if (CONTENT_LENGTH.test(line)) {
      this.#refuseFraming();
      return;
    }
    this.#gateway.stdioTap?.received(line);
    try {
      this.#take(checkMessage(readJson(line, 'line')));
    } catch (error) {
      this.#send({ jsonrpc: '2.0', id: refusedId(error), error: this.#gateway.mcp.toMcpError(error).toJson() });
    }
  }

  /** Answers what can't be read. */
  refuse(message: string): void {
    this.#send({ jsonrpc: '2.0', id: null, error: { code: ERROR_INVALID_REQUEST, message } });
  }

  readonly #send = (message: JsonRpcMessage, request?: JsonRpcRequest, onWritten?: () => void): void => {
    this.#gateway.onStdioMessage(message, request);
    this.#gateway.stdioTap?.sent(message);
    this.#ways.write(message, onWritten);
  };

  #refuseFraming(): void {
    const words = 'messages are framed with Content-Length, as in LSP; over MCP each message is one line of JSON';
    this.refuse(`Invalid Request: ${words}`);
    if (!this.#isFramingTold) {
      this.#isFramingTold = true;
      this.#ways.tell(`the client on stdin can't be understood: ${words}`);
    }
  }

  /** Nobody will read the answers of what still runs; it goes on. */
  leave(): void {
    this.#isGone = true;
  }

  /** Nobody will read the answers of what still runs: it ends. */
  abandon(): void {
    this.leave();
    for (const controller of this.#running.values()) {
      controller.abort();
    }
  }

  async close(): Promise<void> {
    while (this.#handshake !== undefined) {
      await this.#handshake;
    }
    if (this.#session !== undefined) {
      await this.#gateway.sessions.end(this.#session.id, 'deleted');
    }
  }

  #take(message: ReturnType<typeof checkMessage>): void {
    if (!('method' in message)) {
      this.#inTurn(message, () => this.#session?.streams.asked.get(message.id)?.(message.answer));
    } else if ('id' in message) {
      // Here and not when its turn comes: what is here before the gateway stops is done.
      const end = this.#gateway.begin();
      if (end === undefined) {
        this.#send({ jsonrpc: '2.0', id: message.id, error: SHUTTING_DOWN });
      } else {
        this.#inTurn(message, () => this.#begin(message, end));
      }
    } else {
      this.#inTurn(message, () => this.#notified(message));
    }
  }

  /** A session that is about to be is waited for by all that may belong to it. */
  #inTurn(message: ReturnType<typeof checkMessage>, take: () => void): void {
    if (this.#handshake !== undefined && !('method' in message && eraOf(message.params) === 'modern')) {
      void this.#handshake.then(() => this.#inTurn(message, take));
    } else {
      take();
    }
  }

  #begin(request: JsonRpcRequest, end: () => void): void {
    const answered = this.#request(request, end);
    if (isHandshake(request)) {
      this.#handshake = answered.finally(() => (this.#handshake = undefined));
    }
  }

  #notified(message: JsonRpcNotification): void {
    const key = message.method === 'notifications/cancelled' ? cancelledKey(message) : undefined;
    if (key !== undefined) {
      this.#running.get(key)?.abort();
      this.#listening.get(key)?.();
      if (this.#listening.delete(key)) {
        this.#gateway.stdioTap?.unanswered(key);
      }
    }
    const session = this.#session;
    this.#gateway.mcp.notified(message, session ? sessionClient(session, 'stdio') : unknownClient('stdio'));
  }

  async #request(request: JsonRpcRequest, end: () => void): Promise<void> {
    const answer = await this.#answer(request);
    if (answer === undefined) {
      end();
    } else {
      this.#send(answer, request, end);
    }
  }

  /** Never rejects; nothing where there is no answer. */
  async #answer(request: JsonRpcRequest): Promise<JsonRpcMessage | undefined> {
    try {
      if (isHandshake(request)) {
        return { jsonrpc: '2.0', id: request.id, result: await this.#initialize(request) };
      }
      const client = this.#clientOf(request.params);
      if (client.era === 'modern' && request.method === 'subscriptions/listen') {
        await this.#listen(request, client);
        return undefined;
      }
      return await this.#handle(request, client);
    } catch (error) {
      return { jsonrpc: '2.0', id: request.id, error: this.#gateway.mcp.toMcpError(error).toJson() };
    }
  }

  async #listen(request: JsonRpcRequest, client: McpClient): Promise<void> {
    const exchange = this.#exchange(client, new AbortController().signal);
    const end = await this.#gateway.mcp.listenOnPipe(request, this.#send, exchange);
    const key = idKey(request.id);
    this.#listening.get(key)?.();
    this.#listening.set(key, end);
  }

  async #initialize(request: JsonRpcRequest): Promise<JsonObject> {
    const { session, result } = await this.#gateway.mcp.initialize(
      request,
      this.#exchange(unknownClient('stdio'), new AbortController().signal),
      STDIO_OWNER,
    );
    const before = this.#session?.id;
    session.streams.listener = this.#send;
    this.#session = session;
    if (before !== undefined) {
      await this.#gateway.sessions.end(before, 'deleted');
    }
    return result;
  }

  async #handle(request: JsonRpcRequest, client: McpClient): Promise<JsonRpcMessage | undefined> {
    const controller = new AbortController();
    const key = idKey(request.id);
    this.#running.set(key, controller);
    const exchange = this.#exchange(client, controller.signal);
    const { stdioTap: tap } = this.#gateway;
    const told =
      tap === undefined ? exchange : { ...exchange, identify: (ctx: RequestContext) => tap.identify(request, ctx) };
    const answer = await this.#gateway.mcp.handle(request, told);
    if (this.#running.get(key) === controller) {
      this.#running.delete(key); // an id that is used twice names the later request
    }
    // A request that its client cancelled has no answer (MCP, "Cancellation").
    if (controller.signal.aborted) {
      tap?.unanswered(key);
      return undefined;
    }
    return responseMessage(request.id, answer);
  }

  #clientOf(params: JsonObject | undefined): McpClient {
    if (eraOf(params) === 'modern') {
      return modernClient(params, 'stdio');
    }
    if (this.#session === undefined) {
      throw new McpError(ERROR_INVALID_REQUEST, 'Send initialize first');
    }
    return sessionClient(this.#session, 'stdio');
  }

  #exchange(client: McpClient, signal: AbortSignal): Exchange {
    const { session } = client;
    return {
      client,
      headers: {},
      peerAddress: undefined,
      authSubject: undefined,
      principal: undefined,
      signal,
      isCallerGone: () => this.#isGone,
      notify: (method, params) => this.#send({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) }),
      ...(session === undefined ? {} : { ask: (question) => this.#ask(session.streams, question) }),
    };
  }

  #ask(streams: SessionStreams, question: PeerQuestion): Promise<ClientAnswer> {
    return askClient(streams, question, (message) => {
      this.#send(message);
      return true;
    });
  }
}
