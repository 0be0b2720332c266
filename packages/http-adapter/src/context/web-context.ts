import type { ClientAddress } from '../fetch/fetch-handler.ts';
import type { BodyReading, HttpContext, HttpHeaders } from './http-context.ts';

/** A request of the Fetch API; its answer counts as written when `end` is called. */
export class WebHttpContext implements HttpContext {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HttpHeaders;
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
  readonly #request: Request;
  #onEnd: (() => void)[] = [];

  constructor(request: Request, client: ClientAddress = {}) {
    const { pathname, searchParams } = new URL(request.url);
    this.method = request.method;
    this.path = pathname;
    this.query = searchParams;
    this.headers = Object.fromEntries(request.headers);
    this.peerAddress = client.address;
    this.peerPort = client.port;
    this.#request = request;
  }

  get bodyBytes(): number | undefined {
    const { body, headers } = this.#request;
    const length = headers.get('content-length');
    return length === null && body !== null ? undefined : Number(length ?? 0);
  }

  async readBody(maxBytes: number): Promise<BodyReading> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    let text = '';
    let bytes = 0;
    for await (const chunk of this.#request.body?.values() ?? []) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        return { ok: false, reason: 'too_large' };
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return { ok: true, text: text + decoder.decode() };
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

  /** The server that made the request has bounded its body. */
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
