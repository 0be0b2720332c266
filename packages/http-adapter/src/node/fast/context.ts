import type { Socket } from 'node:net';
import type { BodyReading, HttpContext } from '../../context/http-context.ts';
import { schemeOf, toWebUrl } from '../web-url.ts';
import type { PlainRequest } from './read-request.ts';

/** A request that was there as a whole before anybody looked at it. */
export class PlainHttpContext implements HttpContext {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #request: PlainRequest;
  readonly #socket: Socket;
  readonly #onGone: (() => void)[] = [];
  readonly #onEnd: (() => void)[] = [];
  #state: 'open' | 'written' | 'gone' = 'open';

  constructor(request: PlainRequest, socket: Socket) {
    const { method, target, headers } = request;
    const query = target.indexOf('?');
    this.method = method;
    this.path = query === -1 ? target : target.slice(0, query);
    this.headers = headers;
    this.#request = request;
    this.#socket = socket;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#request.target.slice(this.path.length));
  }

  get peerAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get peerPort(): number | undefined {
    return this.#socket.remotePort;
  }

  get bodyBytes(): number {
    return this.#request.body.length;
  }

  readBody(maxBytes: number): Promise<BodyReading> {
    const { body } = this.#request;
    return Promise.resolve(
      body.length > maxBytes ? { ok: false, reason: 'too_large' } : { ok: true, text: body.toString('utf8') },
    );
  }

  isGone(): boolean {
    return this.#state === 'gone';
  }

  onGone(listener: () => void): void {
    if (this.#state === 'gone') {
      listener();
    } else {
      this.#onGone.push(listener);
    }
  }

  onEnd(listener: () => void): void {
    if (this.#state === 'open') {
      this.#onEnd.push(listener);
    } else {
      listener();
    }
  }

  /** Says that the answer is written, or that the other side has left before. */
  end(state: 'written' | 'gone'): void {
    this.#state = state;
    if (state === 'gone') {
      this.#onGone.forEach((listener) => listener());
    }
    this.#onEnd.forEach((listener) => listener());
  }

  toRequest(): Request | undefined {
    const { method, target, headers, body } = this.#request;
    const url = toWebUrl(`${schemeOf(this.#socket)}://${headers['host']}${target}`);
    if (url === undefined) {
      return undefined;
    }
    const gone = new AbortController();
    this.onGone(() => gone.abort());
    const init: RequestInit = { method, headers, signal: gone.signal };
    return new Request(url, body.length === 0 ? init : { ...init, body: new Uint8Array(body) });
  }
}
