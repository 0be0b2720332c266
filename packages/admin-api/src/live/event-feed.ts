/** Bytes that may wait for a reader: past them what waits is let go, and the reader is told how many rows that were. */
const MAX_WAITING_BYTES = 256 * 1024;
/** Longest silence: proxies give up at 30 s and more. */
const COMMENT_MILLIS = 15_000;

/** One event of a stream. */
export interface StreamEvent {
  readonly event: string;
  /** The place to resume after; absent for what is no row. */
  readonly id?: string;
  readonly data: unknown;
}

/** A server-sent event stream whose memory does not depend on how fast it is read. */
export class EventFeed {
  readonly body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #onClose: () => void;
  readonly #comments: NodeJS.Timeout;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #missed = 0;

  /** @param onClose Called once, when the reader leaves. */
  constructor(onClose: () => void) {
    this.#onClose = onClose;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#flush(),
        cancel: () => this.#close(),
      },
      new CountQueuingStrategy({ highWaterMark: 1 }),
    );
    this.#comments = setInterval(() => this.#write(': \n\n'), COMMENT_MILLIS).unref();
    // What a reader sees at once, so that it knows that it is connected.
    this.#write(': \n\n');
  }

  /** Sends one event; nothing happens once the reader has left. */
  send({ event, id, data }: StreamEvent): void {
    const head = id === undefined ? '' : `id: ${id}\n`;
    this.#write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Tells that rows are not there to be sent. */
  gap(missed: number): void {
    this.send({ event: 'gap', data: { missed } });
  }

  #write(text: string): void {
    if (this.#controller === undefined) {
      return;
    }
    const bytes = this.#encoder.encode(text);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) {
      this.#missed += this.#waiting.length + 1;
      this.#waiting = [];
      this.#waitingBytes = 0;
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#flush();
  }

  #flush(): void {
    const controller = this.#controller;
    if (controller === undefined || (controller.desiredSize ?? 0) <= 0) {
      return;
    }
    if (this.#missed > 0) {
      const missed = this.#missed;
      this.#missed = 0;
      controller.enqueue(this.#encoder.encode(`event: gap\ndata: ${JSON.stringify({ missed })}\n\n`));
      return;
    }
    const next = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (next.length > 0) {
      controller.enqueue(Buffer.concat(next));
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
