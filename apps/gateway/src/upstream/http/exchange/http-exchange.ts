import { BodyBytes } from '../../../protocol/body-bytes.ts';
import { EventStreamParser } from '../../../protocol/event-stream-parser.ts';
import { ContentDecoder, readContentEncoding } from './content-decoder.ts';
import type { AnswerHandler, AnswerHeaders, AnswerSource } from './http-client.ts';

/** What came of one HTTP request. */
export type HttpEnding =
  | {
      readonly kind: 'ended';
      readonly status: number;
      readonly headers: AnswerHeaders;
      readonly text: string;
      readonly isStream: boolean;
    }
  | { readonly kind: 'broken'; readonly error: Error; readonly status: number | undefined }
  /** It is not what an answer may be, for the reason given. */
  | { readonly kind: 'unreadable'; readonly reason: string };

export interface HttpExchangeOptions {
  /** Bound of the body, or of one event of a stream, in bytes. */
  readonly maxBytes: number;
  /** The `data` of each event, where the answer is an event stream. */
  onEvent(data: string): void;
  onStart?(status: number, headers: AnswerHeaders): void;
  /** Once, always; not after `abort`. */
  onEnd(ending: HttpEnding): void;
}

/** One HTTP request to an upstream whose answer is either a body or an event stream that is read as it comes. */
export class HttpExchange implements AnswerHandler {
  /** Where a stream can be taken up again. */
  lastEventId: string | undefined;
  /** The server's wish for the pause before that. */
  retryMillis: number | undefined;
  readonly #options: HttpExchangeOptions;
  #source: AnswerSource | undefined;
  #status: number | undefined;
  #headers: AnswerHeaders = {};
  #parser: EventStreamParser | undefined;
  #decoder: ContentDecoder | undefined;
  readonly #body: BodyBytes;
  #isOver = false;

  constructor(options: HttpExchangeOptions) {
    this.#options = options;
    this.#body = new BodyBytes(options.maxBytes);
  }

  /** Nothing comes any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get isStream(): boolean {
    return this.#parser !== undefined;
  }

  /** Drops the connection; nothing is reported after that. */
  abort(): void {
    this.#isOver = true;
    this.#decoder?.destroy();
    this.#source?.abort(new Error('The gateway no longer waits for the answer'));
  }

  onRequestStart(source: AnswerSource): void {
    this.#source = source;
    if (this.#isOver) {
      this.abort();
    }
  }

  onResponseStart(_source: AnswerSource, status: number, headers: AnswerHeaders): void {
    if (status < 200 || this.#isOver) {
      return;
    }
    this.#status = status;
    this.#headers = headers;
    if (isEventStream(headers['content-type'])) {
      this.#parser = this.#createParser();
    }
    const encoding = readContentEncoding(headers['content-encoding']);
    if (encoding?.isKnown === false) {
      this.#refuse(`it is encoded as ${encoding.name.slice(0, 100)}, which was not asked for`);
      return;
    }
    this.#decoder = encoding && this.#createDecoder(encoding.name);
    this.#options.onStart?.(status, headers);
  }

  onResponseData(source: AnswerSource, chunk: Buffer): void {
    if (this.#isOver) {
      return;
    }
    if (this.#decoder === undefined) {
      this.#take(chunk);
    } else {
      this.#decoder.push(chunk, source);
    }
  }

  onResponseEnd(): void {
    if (this.#decoder === undefined) {
      this.#finish();
    } else {
      this.#decoder.end();
    }
  }

  onResponseError(_source: AnswerSource | null, error: Error): void {
    this.fail(error);
  }

  /** Ends it as broken, also before it began. */
  fail(error: Error): void {
    this.#end({ kind: 'broken', error, status: this.#status });
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) {
      return;
    }
    if (this.#parser !== undefined) {
      this.#parser.push(chunk);
    } else if (!this.#body.add(chunk)) {
      this.#tooLarge();
    }
  }

  #finish(): void {
    this.#end({
      kind: 'ended',
      status: this.#status ?? 0,
      headers: this.#headers,
      text: this.#body.toText(),
      isStream: this.isStream,
    });
  }

  #createDecoder(encoding: string): ContentDecoder {
    return new ContentDecoder({
      encoding,
      onData: (chunk) => this.#take(chunk),
      onEnd: () => this.#finish(),
      onError: (error) => {
        this.#refuse(`it says ${encoding} and can not be decoded: ${error.message}`);
      },
    });
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
        if (SENDABLE_ID.test(id)) {
          this.lastEventId = id;
        }
      },
      onRetry: (millis) => {
        this.retryMillis = millis;
      },
      onOverlong: () => this.#tooLarge(),
    });
  }

  #tooLarge(): void {
    this.#refuse(`it has more than ${this.#options.maxBytes} bytes`);
  }

  #refuse(reason: string): void {
    this.#end({ kind: 'unreadable', reason });
    this.abort();
  }

  #end(ending: HttpEnding): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#options.onEnd(ending);
    }
  }
}

/** An id that a header can carry back; with any other one a stream can't be taken up again. */
const SENDABLE_ID = /^[\x20-\x7e]{1,1024}$/;

/** Names of media types are compared without case (RFC 9110, "Media Type"). */
function isEventStream(contentType: string | readonly string[] | undefined): boolean {
  return /^text\/event-stream\s*(?:;|$)/i.test(String(contentType).trim());
}
