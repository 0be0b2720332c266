import type { Reply } from '../../http/reply.ts';
import type { JsonRpcMessage } from '../../protocol/json-rpc.ts';
import { inOneLine, messageText } from '../../protocol/message-text.ts';

/** Longest silence of a stream, and longest wait for an answer before it becomes one: proxies and clients give up at 30 s and more. */
export const KEEP_ALIVE_MILLIS: number = 10_000;
/** Bytes a slow reader of its own answer may leave waiting before it is cut off. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** The same of a stream beside all requests, which a client may leave open for days: it reconnects. */
export const MAX_OPEN_ENDED_WAITING_BYTES: number = 256 * 1024;
/** What the operator is told of a stream that its client does not read, by the kind of stream. */
export const ANSWER_NOT_READ: string = notRead(MAX_WAITING_BYTES);
export const OPEN_ENDED_NOT_READ: string = notRead(MAX_OPEN_ENDED_WAITING_BYTES);
const TOO_SLOW = ': the stream ends here, because its client does not read; open it again\n\n';

/** What the answer that is a stream says of itself. */
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

export interface EventStreamOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** True for a stream beside all requests. */
  readonly isOpenEnded?: boolean;
  /** Longest silence, in milliseconds; default {@link KEEP_ALIVE_MILLIS}. */
  readonly keepAliveMillis?: number;
  /** Called once, when the reader leaves, the stream is closed, or too much waits for a reader that does not read. */
  readonly onClose?: (by: 'reader' | 'us' | 'overflow') => void;
  /** Called for each notification written. */
  readonly onNotification?: () => void;
}

/** Neither a request of ours nor an answer. */
export function isNotification(message: JsonRpcMessage): boolean {
  return 'method' in message && !('id' in message);
}

/** A server-sent event stream of JSON-RPC messages. */
export class EventStream {
  readonly reply: Reply;
  readonly #encoder = new TextEncoder();
  readonly #options: EventStreamOptions;
  readonly #maxWaitingBytes: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(options: EventStreamOptions = {}) {
    this.#options = options;
    const isOpenEnded = options.isOpenEnded === true;
    this.#maxWaitingBytes = isOpenEnded ? MAX_OPEN_ENDED_WAITING_BYTES : MAX_WAITING_BYTES;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#finish('reader'),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: this.#maxWaitingBytes }),
    );
    this.reply = {
      status: 200,
      headers: { ...STREAM_HEADERS, ...options.headers },
      body,
      ...(isOpenEnded ? { isOpenEnded: true } : {}),
    };
    this.#keepAlive = setInterval(() => this.comment(), options.keepAliveMillis ?? KEEP_ALIVE_MILLIS).unref();
  }

  get isOpen(): boolean {
    return this.#controller !== undefined;
  }

  /** Sends one message; nothing happens on a closed stream. @returns The size of its JSON, in bytes. */
  send(message: JsonRpcMessage): number {
    if (this.#controller === undefined) {
      return 0;
    }
    const text = inOneLine(messageText(message));
    this.event(text, { isNotification: isNotification(message) });
    return Buffer.byteLength(text);
  }

  /** Sends a message that is JSON in one line already. @param id What a client names to take the stream up behind it. */
  event(text: string, { id, isNotification: isOne }: { readonly id?: string; readonly isNotification: boolean }): void {
    if (this.#controller === undefined) {
      return;
    }
    this.#write(`${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${text}\n\n`);
    if (isOne) {
      this.#options.onNotification?.();
    }
  }

  /** Tells the reader where it is, without a message. */
  prime(id: string): void {
    this.#write(`id: ${id}\ndata: \n\n`);
  }

  /** Says that the stream lives. */
  comment(): void {
    this.#write(': keep-alive\n\n');
  }

  close(): void {
    const controller = this.#controller;
    this.#finish('us');
    controller?.close();
  }

  #write(text: string): void {
    const controller = this.#controller;
    if (controller === undefined) {
      return;
    }
    // One message may be larger than the bound; a reader is slow where something waited before.
    const isWaiting = (controller.desiredSize ?? 0) < this.#maxWaitingBytes;
    controller.enqueue(this.#encoder.encode(text));
    if (isWaiting && (controller.desiredSize ?? 1) <= 0) {
      this.#finish('overflow');
      controller.enqueue(this.#encoder.encode(TOO_SLOW));
      controller.close();
    }
  }

  #finish(by: 'reader' | 'us' | 'overflow'): void {
    if (this.#controller === undefined) {
      return;
    }
    this.#controller = undefined;
    clearInterval(this.#keepAlive);
    this.#options.onClose?.(by);
  }
}

function notRead(bytes: number): string {
  return `a client does not read its event stream: it was closed with ${bytes} bytes waiting`;
}
