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
  #rest = '';
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

  push(chunk: Buffer): void {
    let text = this.#rest + this.#decoder.write(chunk);
    if (text.includes('\r')) {
      // A CR at the very end may be half of a CRLF: it waits for the next chunk.
      const isSplit = text.endsWith('\r');
      text = (isSplit ? text.slice(0, -1) : text).replaceAll(/\r\n?/g, '\n') + (isSplit ? '\r' : '');
    }
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#line(text, start, end);
      start = end + 1;
    }
    this.#rest = start === 0 ? text : text.slice(start);
    if (this.#rest.length + (this.#data?.length ?? 0) > this.#options.maxEventLength) {
      this.#options.onOverlong();
    }
  }

  #line(text: string, start: number, end: number): void {
    if (start === end) {
      this.#dispatch();
      return;
    }
    const colon = text.indexOf(':', start);
    const nameEnd = colon === -1 || colon > end ? end : colon;
    if (nameEnd === start) {
      return; // a comment: keep-alive
    }
    const valueStart = Math.min(end, text[nameEnd + 1] === ' ' ? nameEnd + 2 : nameEnd + 1);
    this.#field(text.slice(start, nameEnd), text.slice(valueStart, end));
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
