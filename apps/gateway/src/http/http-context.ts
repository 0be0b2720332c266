import type { RequestHeaders } from '@dcc-mcp/request-context';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readNodeBody, readWebBody, type BodyReading } from './body.ts';

/** One HTTP request, and what is known of the connection it came by. */
export interface HttpContext {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: RequestHeaders;
  readonly peerAddress: string | undefined;
  /** Length of the body as the caller says it: 0 without one, absent when it comes in chunks. */
  readonly bodyBytes: number | undefined;
  /** Reads the whole body, at most `maxBytes` of it. */
  readBody(maxBytes: number): Promise<BodyReading>;
  /** True once the other side has left before its answer was written. */
  isGone(): boolean;
  /** Calls back once, when the other side leaves before its answer was written. */
  onGone(listener: () => void): void;
  /** Calls back once, when the answer is written or the other side has left. */
  onEnd(listener: () => void): void;
  /** The request for a fetch-style handler that reads no body. */
  toRequest(): Request;
}

/** A request of Node's own server. */
export class NodeHttpContext implements HttpContext {
  readonly method: string;
  readonly path: string;
  readonly headers: RequestHeaders;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #url: string;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    const url = incoming.url ?? '/';
    const query = url.indexOf('?');
    this.method = incoming.method ?? 'GET';
    this.path = query === -1 ? url : url.slice(0, query);
    this.headers = incoming.headers;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#url = url;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#url.slice(this.path.length));
  }

  get peerAddress(): string | undefined {
    return this.#incoming.socket.remoteAddress;
  }

  get bodyBytes(): number | undefined {
    const { 'content-length': length, 'transfer-encoding': encoding } = this.#incoming.headers;
    return length === undefined && encoding !== undefined ? undefined : Number(length ?? 0);
  }

  readBody(maxBytes: number): Promise<BodyReading> {
    return readNodeBody(this.#incoming, maxBytes);
  }

  isGone(): boolean {
    return this.#outgoing.destroyed && !this.#outgoing.writableFinished;
  }

  onGone(listener: () => void): void {
    if (this.isGone()) {
      listener();
      return;
    }
    this.#outgoing.once('close', () => {
      if (!this.#outgoing.writableFinished) {
        listener();
      }
    });
  }

  onEnd(listener: () => void): void {
    // Whoever left while the answer was made has closed the connection already: no event follows.
    if (this.#outgoing.closed) {
      listener();
    } else {
      this.#outgoing.once('close', listener);
    }
  }

  toRequest(): Request {
    const headers = new Headers();
    for (const [name, value] of Object.entries(this.headers)) {
      headers.set(name, typeof value === 'string' ? value : (value ?? []).join(', '));
    }
    return new Request(new URL(this.#url, 'http://localhost'), { method: this.method, headers });
  }
}

/** A request given to `fetch`; its answer counts as written when it is handed back. */
export class WebHttpContext implements HttpContext {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: RequestHeaders;
  readonly peerAddress: undefined;
  readonly #request: Request;
  #onEnd: (() => void)[] = [];

  constructor(request: Request) {
    const { pathname, searchParams } = new URL(request.url);
    this.method = request.method;
    this.path = pathname;
    this.query = searchParams;
    this.headers = Object.fromEntries(request.headers);
    this.#request = request;
  }

  get bodyBytes(): number | undefined {
    const { body, headers } = this.#request;
    const length = headers.get('content-length');
    return length === null && body !== null ? undefined : Number(length ?? 0);
  }

  readBody(maxBytes: number): Promise<BodyReading> {
    return readWebBody(this.#request, maxBytes);
  }

  isGone(): boolean {
    return this.#request.signal.aborted;
  }

  onGone(listener: () => void): void {
    this.#request.signal.addEventListener('abort', listener, { once: true });
  }

  onEnd(listener: () => void): void {
    this.#onEnd.push(listener);
  }

  toRequest(): Request {
    return this.#request;
  }

  /** Says that the answer has been handed back. */
  end(): void {
    const listeners = this.#onEnd;
    this.#onEnd = [];
    listeners.forEach((listener) => listener());
  }
}
