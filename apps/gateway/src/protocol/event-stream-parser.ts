import { StringDecoder } from 'node:string_decoder';

export interface StreamEvent {
  readonly id: string | undefined;
  readonly data: string;
}

export interface EventStreamParserOptions {
  /** Bound of one event in characters. */
  readonly maxEventLength: number;
  onEvent(event: StreamEvent): void;
  /** The server's wish for the pause before a reconnect. */
  onRetry(millis: number): void;
  onOverlong(): void;
}

/** Reads server-sent events incrementally (WHATWG HTML, "Interpreting an event stream"). */
export class EventStreamParser {
  readonly #options: EventStreamParserOptions;
  readonly #decoder = new StringDecoder('utf8');
  /** The line that has not ended yet. */
  #rest = '';
  #endedInCr = false;
  #data: string | undefined;
  #id: string | undefined;
  #lastEventId: string | undefined;

  constructor(options: EventStreamParserOptions) {
    this.#options = options;
  }

  /** The id of the last complete event, also of one without data: where to go on after a break. */
  get lastEventId(): string | undefined {
    return this.#lastEventId;
  }

  /** Looks at each character once, however many chunks an event comes in. */
  push(chunk: Buffer): void {
    const text = this.#withoutCarriageReturns(this.#decoder.write(chunk));
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(this.#rest + text.slice(start, end));
      this.#rest = '';
      start = end + 1;
    }
    this.#rest += text.slice(start);
    if (this.#rest.length + (this.#data?.length ?? 0) > this.#options.maxEventLength) {
      this.#options.onOverlong();
    }
  }

  /** A CR ends a line; a LF right after it, also at the start of the next chunk, is part of the same end. */
  #withoutCarriageReturns(given: string): string {
    const text = this.#endedInCr && given.startsWith('\n') ? given.slice(1) : given;
    if (given !== '') {
      this.#endedInCr = given.endsWith('\r');
    }
    return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
  }

  #line(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) {
      return; // a comment: keep-alive
    }
    const nameEnd = colon === -1 ? line.length : colon;
    this.#field(line.slice(0, nameEnd), line.slice(line[nameEnd + 1] === ' ' ? nameEnd + 2 : nameEnd + 1));
  }

  #field(name: string, value: string): void {
    if (name === 'data') {
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (name === 'id' && !value.includes('\0')) {
      this.#id = value;
    } else if (name === 'retry' && /^\d{1,9}$/.test(value)) {
      this.#options.onRetry(Number(value));
    }
  }

  #dispatch(): void {
    const data = this.#data;
    this.#data = undefined;
    this.#lastEventId = this.#id;
    if (data !== undefined) {
      this.#options.onEvent({ id: this.#id, data });
    }
  }
}
