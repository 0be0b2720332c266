import { cancelledKey, idKey, type IdKey } from '../../../protocol/json-rpc-id.ts';
import type { JsonObject, JsonRpcMessage, JsonRpcNotification, JsonRpcRequest } from '../../../protocol/json-rpc.ts';
import type { RawJson } from '../../../protocol/json/raw-json.ts';
import { ERROR_INVALID_REQUEST, ERROR_SERVER, eraOf, McpError } from '../../../protocol/mcp-protocol.ts';
import { batchText, messageText } from '../../../protocol/message-text.ts';
import { answerBatch, type BatchTaker } from '../../exchange/batch.ts';
import type { Exchange } from '../../exchange/exchange.ts';
import { type McpClient, modernClient, sessionClient, unknownClient } from '../../exchange/mcp-client.ts';
import { checkMessage, type ClientAnswerMessage, readJson, refusedId } from '../../exchange/messages.ts';
import type { CountRefusal } from '../../server/server.ts';
import type { SessionOwner } from '../../session/session-records.ts';
import type { Session } from '../../session/session.ts';
import type { Sessions } from '../../session/sessions.ts';
import { createStdioExchange } from './stdio-exchange.ts';
import { type StdioAnswerer, StdioRequests } from './stdio-requests.ts';

/** Whoever started the process: it shares its place with nobody over HTTP. */
const STDIO_OWNER: SessionOwner = { principal: undefined, share: 'stdio' };

/** The gateway as a client on the standard streams reaches it. */
export interface StdioGateway extends StdioAnswerer {
  readonly sessions: Sessions;
  /** Called when a request comes; what it gives is called at the end. Absent where new work is refused, and this is new. */
  begin(isNew?: boolean): (() => void) | undefined;
  /** Told of each message written, with the request that it answers. */
  onStdioMessage(message: JsonRpcMessage, request?: JsonRpcRequest): void;
}

/** Writes one message, or the answers to a batch; `onWritten` is called when that has left, or will never. */
type WriteJson = (json: string, onWritten?: () => void) => void;

function isHandshake({ method, params }: JsonRpcRequest): boolean {
  return method === 'initialize' && eraOf(params) === 'legacy';
}

/** The answer to what comes when the gateway stops. */
function refusalOf({ id }: JsonRpcRequest): JsonRpcMessage {
  const message = 'The gateway is shutting down';
  return { jsonrpc: '2.0', id, error: { code: ERROR_SERVER, message, data: { kind: 'not-ready' } } };
}

/** One client on the standard streams: what it sends is answered, in whatever order that is done. */
export class StdioFront {
  readonly #gateway: StdioGateway;
  readonly #write: WriteJson;
  readonly #requests: StdioRequests;
  /** What ends each `subscriptions/listen`. */
  readonly #listening = new Map<IdKey | undefined, () => void>();
  /** The one session of a handshake-era client on this pipe. */
  #session: Session | undefined;
  /** Resolves once the handshake that is under way is over: what came behind it, without waiting, is taken then. */
  #handshake: Promise<void> | undefined;
  /** Whoever has said all there is to say may still read the answers: only one that does not is gone. */
  #isGone = false;

  constructor(gateway: StdioGateway, write: WriteJson) {
    this.#gateway = gateway;
    this.#write = write;
    this.#requests = new StdioRequests(gateway, (client, signal) => this.#exchange(client, signal));
  }

  receive(line: string): void {
    if (line.trim() === '') {
      return;
    }
    this.#gateway.stdioTap?.received(line);
    const countRefusal = this.#gateway.mcp.received('stdio');
    try {
      const json = readJson(line, 'line');
      if (json.isList) {
        this.#takeBatch(json.elements());
      } else {
        this.#take(checkMessage(json));
      }
    } catch (error) {
      countRefusal(error);
      this.#send({ jsonrpc: '2.0', id: refusedId(error), error: this.#gateway.mcp.toMcpError(error).toJson() });
    }
  }

  /** Answers what can't be read. */
  refuse(message: string): void {
    const error = new McpError(ERROR_INVALID_REQUEST, message);
    this.#gateway.mcp.received('stdio')(error);
    this.#send({ jsonrpc: '2.0', id: null, error: error.toJson() });
  }

  readonly #send = (message: JsonRpcMessage, request?: JsonRpcRequest, onWritten?: () => void): void => {
    this.#gateway.onStdioMessage(message, request);
    this.#gateway.stdioTap?.sent(message);
    this.#write(messageText(message), onWritten);
  };

  /** Nobody will read the answers of what still runs; it goes on. */
  leave(): void {
    this.#isGone = true;
  }

  /** Nobody will read the answers of what still runs: it ends. */
  abandon(): void {
    this.leave();
    this.#requests.cancelAll();
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
      this.#inTurn(() => this.#answered(message));
    } else if ('id' in message) {
      // Here and not when its turn comes: what is here before the gateway stops is done.
      const end = this.#gateway.begin(!this.#gateway.mcp.goesOn(message));
      if (end === undefined) {
        this.#send(refusalOf(message));
      } else {
        this.#inTurn(() => this.#begin(message, end), message.params);
      }
    } else {
      this.#inTurn(() => this.#notified(message), message.params);
    }
  }

  #takeBatch(members: readonly RawJson[]): void {
    const end = this.#gateway.begin();
    this.#inTurn(() => void this.#answerBatch(members, end));
  }

  /** A session that is about to be is waited for by all that may belong to it. */
  #inTurn(take: () => void, params?: JsonObject): void {
    if (this.#handshake !== undefined && eraOf(params) === 'legacy') {
      void this.#handshake.then(() => this.#inTurn(take, params));
    } else {
      take();
    }
  }

  async #answerBatch(members: readonly RawJson[], end: (() => void) | undefined): Promise<void> {
    const owner = { session: this.#session, running: this.#requests.size };
    const countRefusal = this.#gateway.mcp.received('stdio');
    try {
      const answers = await answerBatch(members, owner, this.#batchTaker(end !== undefined, countRefusal));
      if (answers.length === 0) {
        end?.();
        return;
      }
      const text = batchText(answers);
      this.#gateway.stdioTap?.sentBatch(text);
      this.#write(text, end);
    } catch (error) {
      countRefusal(error);
      const refusal = this.#gateway.mcp.toMcpError(error).toJson();
      this.#send({ jsonrpc: '2.0', id: null, error: refusal }, undefined, end);
    }
  }

  #batchTaker(takesWork: boolean, refused: CountRefusal): BatchTaker {
    return {
      request: async (request, session) => {
        const answer = takesWork
          ? await this.#requests.run(request, sessionClient(session, 'stdio'))
          : refusalOf(request);
        if (answer !== undefined) {
          this.#gateway.onStdioMessage(answer, request);
        }
        return answer;
      },
      notified: (notification) => this.#notified(notification),
      answered: (message) => this.#answered(message),
      refused,
    };
  }

  #begin(request: JsonRpcRequest, end: () => void): void {
    const answered = this.#request(request, end);
    if (isHandshake(request)) {
      this.#handshake = answered.finally(() => (this.#handshake = undefined));
    }
  }

  #answered({ id, answer }: ClientAnswerMessage): void {
    this.#session?.streams.asked.get(id)?.(answer);
  }

  #notified(message: JsonRpcNotification): void {
    const key = message.method === 'notifications/cancelled' ? cancelledKey(message) : undefined;
    if (key !== undefined) {
      this.#requests.cancel(key);
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
    const countRefusal = this.#gateway.mcp.received('stdio');
    try {
      if (isHandshake(request)) {
        return { jsonrpc: '2.0', id: request.id, result: await this.#initialize(request) };
      }
      const client = this.#clientOf(request.params);
      if (client.era === 'modern' && request.method === 'subscriptions/listen') {
        await this.#listen(request, client);
        return undefined;
      }
      return await this.#requests.run(request, client);
    } catch (error) {
      countRefusal(error, request.method);
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
    this.#gateway.stdioTap?.inSession(session.id);
    if (before !== undefined) {
      await this.#gateway.sessions.end(before, 'deleted');
    }
    return result;
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
    return createStdioExchange(client, { signal, isGone: () => this.#isGone, send: this.#send });
  }
}
