import type { Reply } from '../../http/reply.ts';
import type { JsonRpcMessage } from '../../protocol/json-rpc.ts';

const KEEP_ALIVE_MILLIS = 15_000;
/** Bytes a slow reader may leave waiting before it is cut off: memory stays bounded, the client reconnects. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

export interface EventStreamOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** True for a stream beside all requests. */
  readonly isOpenEnded?: boolean;
  /** Called once, when the reader leaves or the stream is closed. */
  readonly onClose?: (by: 'reader' | 'us') => void;
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
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(options: EventStreamOptions = {}) {
    this.#options = options;
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#finish('reader'),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING_BYTES }),
    );
    this.reply = {
      status: 200,
      headers: { ...HEADERS, ...options.headers },
      body,
      ...(options.isOpenEnded === true ? { isOpenEnded: true } : {}),
    };
    this.#keepAlive = setInterval(() => this.#write(': keep-alive\n\n'), KEEP_ALIVE_MILLIS).unref();
  }

  get isOpen(): boolean {
    return this.#controller !== undefined;
  }

  /** Sends one message; nothing happens on a closed stream. @returns The size of its JSON, in bytes. */
  send(message: JsonRpcMessage): number {
    if (this.#controller === undefined) {
      return 0;
    }
    const text = JSON.stringify(message);
    this.#write(`event: message\ndata: ${text}\n\n`);
    if (isNotification(message)) {
      this.#options.onNotification?.();
    }
    return Buffer.byteLength(text);
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
    controller.enqueue(this.#encoder.encode(text));
    if ((controller.desiredSize ?? 1) <= 0) {
      this.close();
    }
  }

  #finish(by: 'reader' | 'us'): void {
    if (this.#controller === undefined) {
      return;
    }
    this.#controller = undefined;
    clearInterval(this.#keepAlive);
    this.#options.onClose?.(by);
  }
}
