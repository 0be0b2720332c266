import { VALUE_OTHER } from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';
import { cancelledKey } from '../../protocol/json-rpc-id.ts';
import {
  isJsonObject,
  type JsonObject,
  type JsonRpcMessage,
  type JsonRpcNotification,
  type JsonRpcRequest,
  textOf,
} from '../../protocol/json-rpc.ts';
import { memberOf } from '../../protocol/json/raw-json.ts';
import {
  ERROR_HEADER_MISMATCH,
  ERROR_INTERNAL,
  ERROR_INVALID_PARAMS,
  ERROR_METHOD_NOT_FOUND,
  ERROR_UNSUPPORTED_VERSION,
  isLogLevel,
  LATEST_LEGACY_VERSION,
  LEGACY_VERSIONS,
  McpError,
  MODERN_VERSION,
  withTasks,
} from '../../protocol/mcp-protocol.ts';
import type { FinishedRequest } from '../../recording/record/finished.ts';
import type { Answer, Exchange } from '../exchange/exchange.ts';
import { FailedResult } from '../exchange/failed-result.ts';
import type { McpClient } from '../exchange/mcp-client.ts';
import { checkTexts } from '../exchange/message-bounds.ts';
import type { InputRequired } from '../input-rounds/input-required.ts';
import type { Broadcast, Listening } from '../notifications/broadcast.ts';
import type { SessionOwner } from '../session/session-records.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import type { EventStream } from '../transport/event-stream.ts';
import type { McpHandler, McpMode, Reach } from './mcp-mode.ts';
import { createModernResults, toModernError, type ToModernResult } from './modern-result.ts';

/** What a {@link McpServer} is made of. */
export interface McpServerOptions {
  readonly serverInfo: JsonObject;
  readonly mode: McpMode;
  readonly sessions: Sessions;
  readonly broadcast: Broadcast;
  readonly inputRequired: InputRequired;
  /** Methods beside those of the mode, such as those of the tasks extension. */
  readonly furtherMethods: ReadonlyMap<string, McpHandler>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly onFinished?: (finished: FinishedRequest) => void;
  /** Begins the span of a request; what it gives ends it. Absent: what the gateway answers itself has no spans. */
  readonly beginSpan?: (request: JsonRpcRequest, exchange: Exchange) => (answer: Answer) => void;
  /** Told of whatever a handler threw that is no {@link McpError}. */
  readonly onError: (error: unknown) => void;
}

/** How a request or a notification ended. */
interface Ending {
  readonly method: string;
  readonly tool?: string | undefined;
  readonly answer?: Answer;
  readonly span?: SpanContext | undefined;
}

/** Counts a message that is refused before a handler has it; `method` is absent where none could be read. */
export type CountRefusal = (thrown: unknown, method?: string) => void;

const UNCOUNTED: CountRefusal = () => {};

/** Whether a request is one whose trace is kept; of another, an exemplar would lead nowhere. */
export function isOperation({ method }: JsonRpcRequest): boolean {
  return method === 'tools/call';
}

/** Methods whose upstream may ask the client before it answers. */
const ASKING_METHODS = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** The protocol side of the gateway, whatever the transport. */
export class McpServer {
  readonly #options: McpServerOptions;
  readonly #own: ReadonlyMap<string, McpHandler>;
  readonly #toModernResult: ToModernResult;

  constructor(options: McpServerOptions) {
    this.#options = options;
    this.#toModernResult = createModernResults(options.serverInfo);
    this.#own = new Map<string, McpHandler>([
      ['ping', async () => ({})],
      ['server/discover', async (_request, exchange) => this.#discovery(exchange)],
      ['logging/setLevel', setLogLevel],
      ...options.furtherMethods,
    ]);
  }

  async initialize(
    request: JsonRpcRequest,
    exchange: Exchange,
    owner: SessionOwner,
  ): Promise<{ session: Session; result: JsonObject }> {
    const startedAt = this.#options.now();
    const endSpan = this.#options.beginSpan?.(request, exchange);
    try {
      checkTexts(request);
      const initialized = await this.#initialize(request.params, exchange, owner);
      const answer = { result: initialized.result };
      endSpan?.(answer);
      this.#finished(startedAt, exchange.client, { method: request.method, answer });
      return initialized;
    } catch (error) {
      endSpan?.(answerOf(error));
      throw error;
    }
  }

  async #initialize(
    params: JsonObject | undefined,
    { client: { transport }, scope }: Exchange,
    owner: SessionOwner,
  ): Promise<{ session: Session; result: JsonObject }> {
    const requested = params?.['protocolVersion'];
    if (typeof requested !== 'string') {
      throw new McpError(ERROR_INVALID_PARAMS, 'initialize needs protocolVersion, a string');
    }
    const version = LEGACY_VERSIONS.find((known) => known === requested) ?? LATEST_LEGACY_VERSION;
    const { clientInfo, capabilities } = params ?? {};
    const offered = await this.#options.mode.capabilities({ scope });
    const session = await this.#options.sessions.create({
      owner,
      transport,
      protocolVersion: version,
      clientInfo: isJsonObject(clientInfo) ? clientInfo : undefined,
      capabilities: isJsonObject(capabilities) ? capabilities : {},
    });
    const { serverInfo, mode } = this.#options;
    const described = { protocolVersion: version, capabilities: offered, serverInfo };
    return { session, result: { ...described, ...withInstructions(mode, { scope }) } };
  }

  /** A message comes. */
  received(transport: McpClient['transport']): CountRefusal {
    const { now, onFinished } = this.#options;
    if (onFinished === undefined) {
      return UNCOUNTED;
    }
    const startedAt = now();
    return (thrown, method = VALUE_OTHER) =>
      this.#finished(startedAt, { transport }, { method, answer: answerOf(thrown) });
  }

  /** Whether a call of the tool only looks what there is. */
  onlyLooks(tool: unknown): boolean {
    return this.#options.mode.onlyLooks(tool);
  }

  /** Takes a notification of a client. */
  notified(message: JsonRpcNotification, client: McpClient): void {
    const startedAt = this.#options.now();
    if (client.session !== undefined) {
      this.#notifiedInSession(message, client.session);
    }
    this.#finished(startedAt, client, { method: message.method });
  }

  #notifiedInSession(message: JsonRpcNotification, session: Session): void {
    const { sessions } = this.#options;
    if (message.method === 'notifications/roots/list_changed') {
      sessions.rootsChanged(session);
    }
    const key = message.method === 'notifications/cancelled' ? cancelledKey(message) : undefined;
    if (key !== undefined) {
      sessions.cancelled(session, key);
    }
  }

  /** Opens a `subscriptions/listen` stream. @throws {McpError} When it may not be opened. */
  async listen(request: JsonRpcRequest, share: string, exchange: Exchange): Promise<EventStream> {
    return this.#options.broadcast.listen(await this.#readListening(request, exchange), share);
  }

  /** The same over a pipe. @returns Ends it. @throws {McpError} When it may not be opened. */
  async listenOnPipe(
    request: JsonRpcRequest,
    send: (message: JsonRpcMessage) => void,
    exchange: Exchange,
  ): Promise<() => void> {
    return this.#options.broadcast.listenOnPipe(await this.#readListening(request, exchange), send);
  }

  /** Bounds what is asked for before anything is looked up for it. */
  async #readListening(request: JsonRpcRequest, exchange: Exchange): Promise<Listening> {
    checkTexts(request);
    const listening = this.#options.broadcast.read(request);
    await this.#options.mode.checkListening([...(listening.filter.resourceSubscriptions ?? [])], exchange);
    return listening;
  }

  /** Answers one request; never rejects. */
  async handle(request: JsonRpcRequest, exchange: Exchange): Promise<Answer> {
    const { mode, now, beginSpan, onFinished } = this.#options;
    const startedAt = now();
    const handler = this.#handlerOf(request, exchange.client);
    const endSpan = beginSpan === undefined || mode.hasOwnSpan(request) ? undefined : beginSpan(request, exchange);
    const meant = onFinished && mode.toolLabel(request);
    const answer = await this.#answer(handler, request, exchange);
    endSpan?.(answer);
    if (onFinished !== undefined) {
      // What was there may have left by now; what was not may have been found by the call.
      const tool = meant ?? mode.toolLabel(request);
      const span = isOperation(request) ? exchange.identified?.()?.entrySpan : undefined;
      this.#finished(startedAt, exchange.client, { method: request.method, tool, answer, span });
    }
    return answer;
  }

  /** What a client is told of something thrown; what should not have been thrown is told to the operator first. */
  toMcpError(thrown: unknown): McpError {
    if (thrown instanceof McpError) {
      return thrown;
    }
    this.#options.onError(thrown);
    return new McpError(ERROR_INTERNAL, 'Internal error', { httpStatus: 500 });
  }

  #finished(
    startedAt: number,
    { transport }: Pick<McpClient, 'transport'>,
    { method, tool, answer, span }: Ending,
  ): void {
    const { now, onFinished } = this.#options;
    onFinished?.({
      kind: 'request',
      method,
      transport: transport === 'stdio' ? 'pipe' : 'tcp',
      tool,
      errorType: answer && errorTypeOf(answer),
      durationSeconds: (now() - startedAt) / 1000,
      span,
    });
  }

  #handlerOf({ method }: JsonRpcRequest, { era }: McpClient): McpHandler | undefined {
    const isOfOtherEra = era === 'modern' ? LEGACY_ONLY.has(method) : MODERN_ONLY.has(method);
    return isOfOtherEra ? undefined : (this.#own.get(method) ?? this.#options.mode.handlers.get(method));
  }

  #answer(handler: McpHandler | undefined, request: JsonRpcRequest, exchange: Exchange): Answer | Promise<Answer> {
    if (handler === undefined) {
      return {
        error: { code: ERROR_METHOD_NOT_FOUND, message: `Method not found: ${request.method}` },
        httpStatus: exchange.client.era === 'modern' ? 404 : 200,
      };
    }
    if (exchange.client.era === 'legacy') {
      return this.#run(handler, request, exchange);
    }
    return this.#runModern(handler, request, exchange).then((answer) => this.#toModern(request, answer));
  }

  #toModern(request: JsonRpcRequest, answer: Answer): Answer {
    return 'error' in answer
      ? { ...answer, error: toModernError(request.method, answer.error) }
      : { result: this.#toModernResult(request.method, answer.result), outcome: answer.outcome };
  }

  /** Whether a request goes on with a call that waits here for it, and begins nothing. */
  goesOn({ params }: JsonRpcRequest): boolean {
    const requestState = params?.['requestState'];
    return typeof requestState === 'string' && this.#options.inputRequired.holds(requestState);
  }

  /** A modern client answers questions by repeating its call. */
  #runModern(handler: McpHandler, request: JsonRpcRequest, exchange: Exchange): Promise<Answer> {
    const { requestState } = request.params ?? {};
    const canBeAsked = Object.keys(exchange.client.capabilities).length > 0;
    if (!ASKING_METHODS.has(request.method) || (!canBeAsked && requestState === undefined)) {
      return this.#run(handler, request, exchange);
    }
    const { inputRequired } = this.#options;
    const of = { request, exchange };
    const first = (): Promise<Answer> => inputRequired.first(of, (asking) => this.#run(handler, request, asking));
    return typeof requestState === 'string'
      ? inputRequired.next(requestState, of).then((answer) => answer ?? first())
      : first();
  }

  async #run(handler: McpHandler, request: JsonRpcRequest, exchange: Exchange): Promise<Answer> {
    try {
      checkTexts(request);
      const given = await handler(request, exchange);
      return given instanceof FailedResult ? given : { result: given };
    } catch (error) {
      const told = this.toMcpError(error);
      return { error: told.toJson(), httpStatus: httpStatusOf(told, exchange.client), outcome: told.outcome };
    }
  }

  async #discovery(reach: Reach): Promise<JsonObject> {
    const { mode } = this.#options;
    const capabilities = withTasks(await mode.capabilities(reach));
    return { supportedVersions: [MODERN_VERSION], capabilities, ...withInstructions(mode, reach) };
  }
}

/** What is thrown, as an answer. */
function answerOf(thrown: unknown): Answer {
  const known = thrown instanceof McpError ? thrown : new McpError(ERROR_INTERNAL, 'Internal error');
  return { error: known.toJson(), httpStatus: known.httpStatus };
}

/** What an operation decided stands in its span as well; what was none of them is told by its answer alone. */
function errorTypeOf(answer: Answer): string | undefined {
  if (answer.outcome !== undefined) {
    return answer.outcome;
  }
  if ('error' in answer) {
    return String(answer.error.code);
  }
  return memberOf(answer.result, 'isError') === true ? 'tool_error' : undefined;
}

function withInstructions(mode: McpMode, reach: Reach): { readonly instructions?: string } {
  const instructions = mode.instructions(reach);
  return instructions === undefined ? {} : { instructions };
}

const MODERN_ONLY = new Set(['server/discover', 'tasks/get', 'tasks/update', 'tasks/cancel']);
const LEGACY_ONLY = new Set(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe']);

/** Errors of the 2026-07-28 envelope travel with HTTP 400, also when an upstream gave them. */
function httpStatusOf({ code, httpStatus }: McpError, { era }: McpClient): number {
  return era === 'modern' && code <= ERROR_HEADER_MISMATCH && code >= ERROR_UNSUPPORTED_VERSION ? 400 : httpStatus;
}

async function setLogLevel(request: JsonRpcRequest, exchange: Exchange): Promise<JsonObject> {
  const level = request.params?.['level'];
  if (!isLogLevel(level)) {
    throw new McpError(
      ERROR_INVALID_PARAMS,
      `logging/setLevel needs level, one of debug … emergency, got ${textOf(level).slice(0, 100)}`,
    );
  }
  await exchange.client.session?.setLogLevel(level);
  return {};
}
