import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyLimit, BodyReading, HttpContext, HttpHeaders } from '../context/http-context.ts';
import { type BodyServer, countChunks, declaredBytes, readBody, streamBody } from './bodies/body.ts';
import { schemeOf, toWebUrl } from './web-url.ts';

/** Options of {@link NodeHttpContext}. */
export interface NodeContextOptions extends BodyServer {
  /** Whether the caller sends its body only when it hears that somebody reads it. */
  readonly awaitsContinue?: boolean;
}

/** A request of Node's own server. */
export class NodeHttpContext implements HttpContext {
  readonly method: string;
  readonly path: string;
  readonly headers: HttpHeaders;
  readonly overruledHost: string | undefined;
  readonly #message: IncomingMessage;
  readonly #target: ServerResponse;
  readonly #url: string;
  readonly #bodyServer: BodyServer;
  readonly #countReceived: (() => number) | undefined;
  #awaitsContinue: boolean;

  constructor(
    message: IncomingMessage,
    target: ServerResponse,
    { awaitsContinue = false, ...bodyServer }: NodeContextOptions = {},
  ) {
    const url = readTarget(message);
    const query = url.indexOf('?');
    this.method = message.method ?? 'GET';
    this.path = query === -1 ? url : url.slice(0, query);
    const { headers, overruledHost } = readHeaders(message);
    this.headers = headers;
    this.overruledHost = overruledHost;
    this.#message = message;
    this.#target = target;
    this.#url = url;
    this.#bodyServer = bodyServer;
    this.#awaitsContinue = awaitsContinue;
    this.#countReceived = countChunks(message);
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#url.slice(this.path.length));
  }

  get peerAddress(): string | undefined {
    return this.#message.socket.remoteAddress;
  }

  get peerPort(): number | undefined {
    return this.#message.socket.remotePort;
  }

  /** Whether the caller waits to hear that somebody reads its body. */
  get isBodyHeldBack(): boolean {
    return this.#awaitsContinue;
  }

  get bodyBytes(): number | undefined {
    return declaredBytes(this.#message);
  }

  get receivedBytes(): number | undefined {
    return this.#countReceived?.();
  }

  readBody(maxBytes: number): Promise<BodyReading> {
    if ((this.bodyBytes ?? 0) <= maxBytes) {
      this.#askForBody();
    }
    return readBody(this.#message, maxBytes, this.#bodyServer);
  }

  isGone(): boolean {
    return this.#target.destroyed && !this.#target.writableFinished;
  }

  onGone(listener: () => void): void {
    if (this.isGone()) {
      listener();
      return;
    }
    this.#target.once('close', () => {
      if (!this.#target.writableFinished) {
        listener();
      }
    });
  }

  onEnd(listener: () => void): void {
    // Whoever left while the answer was made has closed the connection already: no event follows.
    if (this.#target.closed) {
      listener();
    } else {
      this.#target.once('close', listener);
    }
  }

  #askForBody(): void {
    if (this.#awaitsContinue) {
      this.#awaitsContinue = false;
      this.#target.writeContinue();
    }
  }

  toRequest(limit: BodyLimit): Request | undefined {
    const url = toUrl(this.#message);
    if (url === undefined) {
      return undefined;
    }
    const { method } = this;
    const gone = new AbortController();
    this.onGone(() => gone.abort());
    const init: RequestInit = { method, headers: toHeaders(this.#message), signal: gone.signal };
    if (this.bodyBytes === 0 || method === 'GET' || method === 'HEAD') {
      return new Request(url, init);
    }
    this.#askForBody();
    return new Request(url, { ...init, body: streamBody(this.#message, limit), duplex: 'half' });
  }
}

const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)/i;

/** The host of a target in absolute form counts, whatever Host says beside it; it is kept as it is written. */
function readHeaders({ headers, url = '/' }: IncomingMessage): Pick<HttpContext, 'headers' | 'overruledHost'> {
  if (url.startsWith('/') || url === '*') {
    return { headers };
  }
  const asked = ABSOLUTE_FORM.exec(url)?.[1] ?? url;
  const { host = asked } = headers;
  return host.toLowerCase() === asked.toLowerCase()
    ? { headers: { ...headers, host } }
    : { headers: { ...headers, host: asked }, overruledHost: host };
}

/** Path and query. Frameworks that mount handlers under a path cut `url` and keep the whole of it in `originalUrl`. */
function readTarget(message: IncomingMessage): string {
  const whole = 'originalUrl' in message ? message.originalUrl : undefined;
  const target = typeof whole === 'string' ? whole : (message.url ?? '/');
  if (target.startsWith('/') || !URL.canParse(target)) {
    return target;
  }
  const { pathname, search } = new URL(target);
  return pathname + search;
}

/** The URL asked for, or `undefined` when host and target make none. */
function toUrl(message: IncomingMessage): URL | undefined {
  const { socket, headers, url = '/' } = message;
  return toWebUrl(
    url.startsWith('/') ? `${schemeOf(socket)}://${headers.host ?? 'localhost'}${readTarget(message)}` : url,
  );
}

function toHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!name.startsWith(':')) {
      headers.append(name, rawHeaders[index + 1] ?? '');
    }
  }
  return headers;
}
