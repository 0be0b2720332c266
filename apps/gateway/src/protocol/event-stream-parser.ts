import { createParser, type EventSourceParser } from 'eventsource-parser';

/** Bounds of an event stream, and who is told what it holds. */
export interface EventStreamParserOptions {
  /** Bound of the data of one event, and of one line, in bytes. */
  readonly maxEventBytes: number;
  /** The `data` of an event of type `message`, which is the type of an event that names none. Others are passed over. */
  onEvent(data: string): void;
  /** The id of an event, also of one without data: where to go on after a break. Comes before the data. */
  onId(id: string): void;
  /** The server's wish for the pause before a reconnect. */
  onRetry(millis: number): void;
  /** An event or a line is over the bound. Called once; what follows is dropped. */
  onOverlong(): void;
}

/** The parser counts the field name and the end of the line with the data. */
const MAX_LINE_EXTRA = 8;
/** Shorter pieces of a line are joined before the parser sees them, because it lists what it was given. */
const SHORT_BYTES = 256;
const JOINED_BYTES = 4_096;
/** A longer pause (eleven days) is no wish for a reconnect; `setTimeout` would cut it to 1 ms. */
const MAX_RETRY_MILLIS = 999_999_999;
const MESSAGE_TYPE = 'message';
const LF = 0x0a;
const CR = 0x0d;

/** Reads server-sent events as they come (WHATWG HTML, "Interpreting an event stream"), within bounds. */
export class EventStreamParser {
  readonly #options: EventStreamParserOptions;
  readonly #parser: EventSourceParser;
  // The parser removes the one byte order mark that may stand at the start; the decoder must not remove another.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #joined: Buffer | undefined;
  #joinedBytes = 0;
  #bytesSinceEvent = 0;
  #isOverlong = false;

  constructor(options: EventStreamParserOptions) {
    this.#options = options;
    // `onError` is left out because the parser would create an error, at ten microseconds each, for every unknown field.
    this.#parser = createParser({
      maxBufferSize: options.maxEventBytes + MAX_LINE_EXTRA,
      onEvent: ({ event, data }) => this.#onEvent(event, data),
      onId: (id) => options.onId(id),
      onRetry: (millis) => millis <= MAX_RETRY_MILLIS && options.onRetry(millis),
    });
  }

  push(chunk: Buffer): void {
    if (this.#isOverlong) {
      return;
    }
    if (chunk.length < SHORT_BYTES && this.#join(chunk)) {
      return;
    }
    if (this.#joined !== undefined && this.#joinedBytes > 0) {
      this.#feed(this.#joined.subarray(0, this.#joinedBytes));
      this.#joinedBytes = 0;
    }
    this.#feed(chunk);
  }

  /** Keeps a piece that ends no line; false where it ends one or there is no room. */
  #join(chunk: Buffer): boolean {
    if (this.#joinedBytes + chunk.length > JOINED_BYTES) {
      return false;
    }
    const joined = (this.#joined ??= Buffer.allocUnsafe(JOINED_BYTES));
    // A loop by index, because for so few bytes an iterator, `includes` or `copy` takes longer than the bytes do.
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === LF || byte === CR) {
        return false;
      }
      joined[this.#joinedBytes + at] = byte;
    }
    this.#joinedBytes += chunk.length;
    return true;
  }

  #feed(bytes: Buffer): void {
    if (this.#isOverlong) {
      return;
    }
    this.#parser.feed(this.#decoder.decode(bytes, { stream: true }));
    this.#bytesSinceEvent += bytes.length;
    if (this.#bytesSinceEvent > this.#options.maxEventBytes && this.#isTerminated()) {
      this.#overlong();
    }
  }

  /** The parser takes nothing more, not even nothing, once it holds more than the bound. */
  #isTerminated(): boolean {
    try {
      this.#parser.feed('');
      return false;
    } catch {
      return true;
    }
  }

  #onEvent(type: string | undefined, data: string): void {
    this.#bytesSinceEvent = 0;
    if (this.#isOverlong || (type !== undefined && type !== MESSAGE_TYPE)) {
      return;
    }
    // The parser counts characters, and looks at an event that ends in the chunk it began in only here.
    if (Buffer.byteLength(data) > this.#options.maxEventBytes) {
      this.#overlong();
    } else {
      this.#options.onEvent(data);
    }
  }

  #overlong(): void {
    this.#isOverlong = true;
    this.#options.onOverlong();
  }
}
