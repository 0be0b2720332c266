import type { AnswerHandler, AnswerHeaders, AnswerSource } from './http-client.ts';
import type { HttpExchange } from './http-exchange.ts';

/** Redirects of one request that are followed, one after the other. */
const MAX_REDIRECTS = 5;
/** Of the body of a redirect, which nobody reads; past it the connection is dropped. */
const MAX_BODY_BYTES = 64 * 1_024;

/** 307 and 308 keep method and body; the others would turn a call into something else (RFC 9110, "Redirection 3xx"). */
export function isRepeatable(status: number): boolean {
  return status === 307 || status === 308;
}

/** Where a redirect leads; `undefined` where it names no URL. */
export function redirectTarget(headers: AnswerHeaders, from: URL): URL | undefined {
  const { location } = headers;
  return typeof location === 'string' && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
}

export interface RedirectFollowerOptions {
  readonly exchange: HttpExchange;
  /** Where the request goes. */
  readonly url: URL;
  /** Sends the request to `url`; with the handler for what comes of it. */
  send(url: URL, handler: AnswerHandler): void;
}

/** Follows redirects to the same origin with all that the request carries; every other answer goes to the exchange. */
export class RedirectFollower implements AnswerHandler {
  readonly #options: RedirectFollowerOptions;
  #url: URL;
  #next: URL | undefined;
  #followed = 0;
  #bodyBytes = 0;

  constructor(options: RedirectFollowerOptions) {
    this.#options = options;
    this.#url = options.url;
  }

  onRequestStart(source: AnswerSource): void {
    this.#options.exchange.onRequestStart(source);
  }

  onResponseStart(source: AnswerSource, status: number, headers: AnswerHeaders): void {
    const target = isRepeatable(status) ? redirectTarget(headers, this.#url) : undefined;
    // Credentials go nowhere else than where they were meant to go.
    if (target?.origin === this.#url.origin && this.#followed < MAX_REDIRECTS) {
      this.#next = target;
      this.#bodyBytes = 0;
    } else {
      this.#options.exchange.onResponseStart(source, status, headers);
    }
  }

  onResponseData(source: AnswerSource, chunk: Buffer): void {
    if (this.#next === undefined) {
      this.#options.exchange.onResponseData(source, chunk);
      return;
    }
    this.#bodyBytes += chunk.length;
    if (this.#bodyBytes > MAX_BODY_BYTES) {
      source.abort(new Error('The body of a redirect is not read to its end'));
    }
  }

  onResponseEnd(): void {
    if (!this.#follow()) {
      this.#options.exchange.onResponseEnd();
    }
  }

  onResponseError(_source: AnswerSource | null, error: Error): void {
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
