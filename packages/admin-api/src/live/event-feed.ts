/** Bytes that may wait for a reader before it is too slow. */
const MAX_WAITING_BYTES = 256 * 1024;
/** Longest silence: proxies give up at 30 s and more. */
const COMMENT_MILLIS = 15_000;

/** One event of a stream: a value, or JSON in one line. */
export type StreamEvent = {
  readonly event: string;
  /** The place to resume after; absent for what is no row. */
  readonly id?: string;
} & ({ readonly data: unknown } | { readonly json: string });

/** What {@link EventFeed} tells. */
export interface EventFeedOptions {
  /** The reader took all that was sent. */
  readonly onDrained: () => void;
  /** The reader left, or the stream has ended; told once. */
  readonly onClose: () => void;
}

/** A server-sent event stream that says when its reader is slower than its sender. */
export class EventFeed {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #onClose: () => void;
  readonly #comments: NodeJS.Timeout;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isEnding = false;

  constructor({ onDrained, onClose }: EventFeedOptions) {
    this.#onClose = onClose;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          if (this.#waiting.length === 0) {
            onDrained();
          }
          this.#flush();
        },
        cancel: () => this.#close(),
      },
      new CountQueuingStrategy({ highWaterMark: 1 }),
    );
    this.#comments = setInterval(() => this.#comment(), COMMENT_MILLIS).unref();
    // What a reader sees at once, so that it knows that it is connected.
    this.#comment();
  }

  /** Whether as much waits for the reader as may wait. */
  get isFull(): boolean {
    return this.#waitingBytes >= MAX_WAITING_BYTES;
  }

  /** Sends one event; nothing happens once the reader has left. */
  send(sent: StreamEvent): void {
    const { event, id } = sent;
    const head = id === undefined ? '' : `id: ${id}\n`;
    const text = 'json' in sent ? sent.json : JSON.stringify(sent.data);
    this.#write(`${head}event: ${event}\ndata: ${text}\n\n`);
  }

  /** Ends the stream once the reader has taken what was sent; nothing more is. */
  end(): void {
    this.#isEnding = true;
    this.#flush();
  }

  /** Nothing is said to a reader that has something to read. */
  #comment(): void {
    if (this.#waiting.length === 0) {
      this.#write(': \n\n');
    }
  }

  #write(text: string): void {
    if (this.#controller === undefined || this.#isEnding) {
      return;
    }
    const bytes = this.#encoder.encode(text);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#flush();
  }

  #flush(): void {
    const controller = this.#controller;
    if (controller === undefined) {
      return;
    }
    if ((controller.desiredSize ?? 0) > 0 && this.#waiting.length > 0) {
      const next = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      controller.enqueue(Buffer.concat(next));
    }
    if (this.#isEnding && this.#waiting.length === 0) {
      this.#close();
      controller.close();
    }
  }

  #close(): void {
    if (this.#controller !== undefined) {
      this.#controller = undefined;
      clearInterval(this.#comments);
      this.#waiting = [];
      this.#onClose();
    }
  }
}
