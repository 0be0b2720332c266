import type { Dispatcher } from 'undici';
import { EventStreamParser } from '../../protocol/event-stream-parser.ts';

type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What came of one HTTP request. */
export type HttpEnding =
  | {
      readonly kind: 'ended';
      readonly status: number;
      readonly headers: ResponseHeaders;
      readonly text: string;
      readonly isStream: boolean;
    }
  | { readonly kind: 'broken'; readonly error: Error; readonly status: number | undefined }
  | { readonly kind: 'too_large' };

export interface HttpExchangeOptions {
  /** Bound of the body, or of one event of a stream, in bytes. */
  readonly maxBytes: number;
  /** The `data` of each event, where the answer is an event stream. */
  onEvent(data: string): void;
  onStart?(status: number, headers: ResponseHeaders): void;
  /** Once, always; not after `abort`. */
  onEnd(ending: HttpEnding): void;
}

/** One HTTP request to an upstream whose answer is either a body or an event stream that is read as it comes. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  /** Where a stream can be taken up again. */
  lastEventId: string | undefined;
  /** The server's wish for the pause before that. */
  retryMillis: number | undefined;
  readonly #options: HttpExchangeOptions;
  #controller: Dispatcher.DispatchController | undefined;
  #status: number | undefined;
  #headers: ResponseHeaders = {};
  #parser: EventStreamParser | undefined;
  #chunks: Buffer[] = [];
  #size = 0;
  #isOver = false;

  constructor(options: HttpExchangeOptions) {
    this.#options = options;
  }

  get isStream(): boolean {
    return this.#parser !== undefined;
  }

  /** Drops the connection; nothing is reported after that. */
  abort(): void {
    this.#isOver = true;
    this.#controller?.abort(new Error('The gateway no longer waits for the answer'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) {
      this.abort();
    }
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    if (status < 200 || this.#isOver) {
      return;
    }
    this.#status = status;
    this.#headers = headers;
    if (isEventStream(headers['content-type'])) {
      this.#parser = this.#createParser();
    }
    this.#options.onStart?.(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) {
      return;
    }
    if (this.#parser !== undefined) {
      this.#parser.push(chunk);
      return;
    }
    this.#size += chunk.length;
    if (this.#size > this.#options.maxBytes) {
      this.#tooLarge();
    } else {
      this.#chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#end({
      kind: 'ended',
      status: this.#status ?? 0,
      headers: this.#headers,
      text: bytes.toString('utf8'),
      isStream: this.isStream,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** Ends it as broken, also before it began. */
  fail(error: Error): void {
    this.#end({ kind: 'broken', error, status: this.#status });
  }

  #createParser(): EventStreamParser {
    return new EventStreamParser({
      maxEventBytes: this.#options.maxBytes,
      onEvent: (data) => {
        if (data !== '' && !this.#isOver) {
          this.#options.onEvent(data);
        }
      },
      onId: (id) => {
        this.lastEventId = id;
      },
      onRetry: (millis) => {
        this.retryMillis = millis;
      },
      onOverlong: () => this.#tooLarge(),
    });
  }

  #tooLarge(): void {
    this.#end({ kind: 'too_large' });
    this.abort();
  }

  #end(ending: HttpEnding): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#options.onEnd(ending);
    }
  }
}

/** Names of media types are compared without case (RFC 9110, "Media Type"). */
function isEventStream(contentType: string | readonly string[] | undefined): boolean {
  return /^text\/event-stream *(?:;|$)/i.test(String(contentType).trim());
}
