import { type RequestContext, responseHeaders, type SearchAnswer } from '@dcc-mcp/request-context';
import { emptyReply, jsonTextReply, operationReply, type Reply, withOwnSpan } from '../../http/reply.ts';
import type { JsonObject, JsonRpcId, JsonRpcMessage } from '../../protocol/json-rpc.ts';
import { ERROR_SERVER } from '../../protocol/mcp-protocol.ts';
import { batchText, messageBody } from '../../protocol/message-text.ts';
import type { Answer } from '../exchange/exchange.ts';
import type { StreamLog } from '../resumption/stream-log.ts';
import { EventStream, type EventStreamOptions, KEEP_ALIVE_MILLIS } from './event-stream.ts';

export interface HttpReplyOptions extends EventStreamOptions {
  /** Whether the client takes `text/event-stream`; without it notifications have nowhere to go and are dropped. */
  readonly acceptsStream: boolean;
  /** Whether it answers an operation, whose trace is kept. */
  readonly isOfOperation?: boolean;
  /** Called with the size of the answer's JSON, in bytes. */
  readonly onAnswer?: (bytes: number) => void;
  /** Called when the reply becomes an event stream. */
  readonly onOpen?: () => void;
  /** Gives what keeps the stream for a client that comes back; absent where its revision knows no such thing. */
  readonly openLog?: () => StreamLog;
  /** Whether a client that waits long is told where it is before anything is said. */
  readonly isPrimed?: boolean;
}

/**
 * The answer to one POST: plain JSON, unless something has to be said before the answer is there —
 * then the response becomes an event stream that ends with the answer.
 */
export class HttpReply {
  /** Resolves as soon as it is known which of the two it is. */
  readonly reply: Promise<Reply>;
  readonly #options: HttpReplyOptions;
  #context: { readonly ctx: RequestContext; readonly search: SearchAnswer | undefined } | undefined;
  #resolve: (reply: Reply) => void = () => {};
  #stream: EventStream | undefined;
  #log: StreamLog | undefined;
  #settle: () => void = () => {};
  #isAnswered = false;

  constructor(options: HttpReplyOptions) {
    this.#options = options;
    this.reply = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether its client came back after the connection that it asked on was gone. */
  get isReadAgain(): boolean {
    return this.#log?.isRead === true;
  }

  get context(): RequestContext | undefined {
    return this.#context?.ctx;
  }

  get isIdentified(): boolean {
    return this.#context !== undefined;
  }

  /** Takes what the headers of the answer say of it. */
  identify(ctx: RequestContext, search: SearchAnswer | undefined): void {
    this.#context = { ctx, search };
  }

  /**
   * An answer that takes its time becomes a stream with a comment now and then, where the client takes one.
   *
   * @param identify Called before, for what the headers say.
   * @returns What ends the wait.
   */
  openWhenSlow(identify: () => void): () => void {
    const { acceptsStream, keepAliveMillis = KEEP_ALIVE_MILLIS } = this.#options;
    if (!acceptsStream) {
      return () => undefined;
    }
    const timer = setTimeout(() => {
      if (this.#stream === undefined && !this.#isAnswered) {
        identify();
        this.#openStream().comment();
        if (this.#options.isPrimed === true) {
          this.#log?.prime();
        }
      }
    }, keepAliveMillis).unref();
    return () => clearTimeout(timer);
  }

  /** False where the client can't receive it. */
  send(message: JsonRpcMessage): boolean {
    if (!this.#options.acceptsStream || this.#isAnswered) {
      return false;
    }
    const stream = this.#openStream();
    if (this.#log !== undefined) {
      this.#log.send(message);
      return true; // a client that has gone may come back for it
    }
    stream.send(message);
    return stream.isOpen;
  }

  #openStream(): EventStream {
    if (this.#stream === undefined) {
      const { onClose, openLog } = this.#options;
      const stream: EventStream = new EventStream({
        ...this.#options,
        headers: this.#headers(),
        onClose: (by) => {
          this.#log?.detach(stream);
          onClose?.(by);
        },
      });
      this.#stream = stream;
      this.#log = openLog?.();
      this.#log?.attach(stream);
      this.#options.onOpen?.();
      const whenAnswered = new Promise<void>((resolve) => {
        this.#settle = resolve;
      });
      this.#open({ ...this.#stream.reply, whenAnswered });
    }
    return this.#stream;
  }

  #open(reply: Reply): void {
    const ctx = this.context;
    const named = this.#options.isOfOperation === true ? operationReply : withOwnSpan;
    this.#resolve(ctx === undefined ? reply : named(reply, ctx));
  }

  /** Read as late as can be: by then the entry span has started. */
  #headers(): Readonly<Record<string, string>> {
    const { headers } = this.#options;
    if (this.#context === undefined) {
      return headers ?? {};
    }
    const { ctx, search } = this.#context;
    return { ...headers, ...responseHeaders(ctx, search) };
  }

  notify(method: string, params: JsonObject | undefined): void {
    this.send({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) });
  }

  /** Ends the reply with the answer to request `id`. */
  answer(id: JsonRpcId, answer: Answer): void {
    this.#isAnswered = true;
    const message = responseMessage(id, answer);
    if (this.#stream === undefined) {
      const reply = jsonTextReply(messageBody(message), 'error' in answer ? answer.httpStatus : 200, this.#headers());
      this.#options.onAnswer?.(Number(reply.headers['content-length']));
      this.#open(reply);
      return;
    }
    const bytes = this.#say(message, id);
    this.#options.onAnswer?.(bytes);
    this.#closeStream();
  }

  /** Ends the reply with the answers to the requests of a batch: a list, or on a stream one after the other. */
  answerAll(answers: readonly JsonRpcMessage[]): void {
    this.#isAnswered = true;
    if (this.#stream === undefined) {
      this.#resolve(answers.length === 0 ? emptyReply(202) : jsonTextReply(batchText(answers), 200, this.#headers()));
      return;
    }
    for (const answer of answers) {
      this.#say(answer, 'id' in answer ? answer.id : null);
    }
    this.#closeStream();
  }

  /** Ends the reply without an answer: as a stream that holds none, or as an empty body where no stream is taken. */
  end(): void {
    this.#isAnswered = true;
    if (this.#options.acceptsStream) {
      this.#openStream();
      this.#closeStream();
    } else {
      this.#open({ ...emptyReply(202), headers: { ...this.#headers(), 'content-length': '0' } });
    }
  }

  /** Says the answer to request `id` on the stream. @returns The size of its JSON, in bytes. */
  #say(answer: JsonRpcMessage, id: JsonRpcId): number {
    return this.#log?.send(answer, notKept(id)) ?? this.#stream?.send(answer) ?? 0;
  }

  #closeStream(): void {
    this.#log?.end();
    this.#stream?.close();
    this.#settle();
  }
}

/** What a client finds that comes back too late for a large answer. */
function notKept(id: JsonRpcId): JsonRpcMessage {
  const message = 'The answer was there while nobody read it, and is too large to be kept: send the request again';
  return { jsonrpc: '2.0', id, error: { code: ERROR_SERVER, message } };
}

/** The answer to a request, as it is sent. */
export function responseMessage(id: JsonRpcId, answer: Answer): JsonRpcMessage {
  return 'error' in answer
    ? { jsonrpc: '2.0', id, error: answer.error }
    : { jsonrpc: '2.0', id, result: answer.result };
}
