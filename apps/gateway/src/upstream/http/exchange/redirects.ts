import type { Dispatcher } from 'undici';
import type { HttpExchange } from './http-exchange.ts';

/** Redirects of one request that are followed, one after the other. */
const MAX_REDIRECTS = 5;
/** Of the body of a redirect, which nobody reads; past it the connection is dropped. */
const MAX_BODY_BYTES = 64 * 1_024;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** 307 and 308 keep method and body; the others would turn a call into something else (RFC 9110, "Redirection 3xx"). */
export function isRepeatable(status: number): boolean {
  return status === 307 || status === 308;
}

/** Where a redirect leads; `undefined` where it names no URL. */
export function redirectTarget(headers: Headers, from: URL): URL | undefined {
  const { location } = headers;
  return typeof location === 'string' && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

export interface RedirectFollowerOptions {
  readonly exchange: HttpExchange;
  /** Where the request goes. */
  readonly url: URL;
  /** Sends the request to `url`; with the handler for what comes of it. */
  send(url: URL, handler: Dispatcher.DispatchHandler): void;
}

/** Follows redirects to the same origin with all that the request carries; every other answer goes to the exchange. */
export class RedirectFollower implements Dispatcher.DispatchHandler {
  readonly #options: RedirectFollowerOptions;
  #url: URL;
  #next: URL | undefined;
  #followed = 0;
  #bodyBytes = 0;

  constructor(options: RedirectFollowerOptions) {
    this.#options = options;
    this.#url = options.url;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#options.exchange.onRequestStart(controller);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    const target = isRepeatable(status) ? redirectTarget(headers, this.#url) : undefined;
    // Credentials go nowhere else than where they were meant to go.
    if (target?.origin === this.#url.origin && this.#followed < MAX_REDIRECTS) {
      this.#next = target;
      this.#bodyBytes = 0;
    } else {
      this.#options.exchange.onResponseStart(controller, status, headers);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#next === undefined) {
      this.#options.exchange.onResponseData(controller, chunk);
      return;
    }
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) {
      controller.abort(new Error('The body of a redirect is not read to its end'));
    }
  }

  onResponseEnd(): void {
    if (!this.#follow()) {
      this.#options.exchange.onResponseEnd();
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#follow()) {
      this.#options.exchange.fail(error);
    }
  }

  #follow(): boolean {
    const next = this.#next;
    if (next === undefined) {
      return false;
    }
    this.#next = undefined;
    this.#followed += 1;
    this.#url = next;
    this.#options.send(next, this);
    return true;
  }
}
