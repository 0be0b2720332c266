import type { HttpContext } from '@dcc-mcp/http-adapter';

/** What is another than that of the request below. */
export type Overriding = Partial<Pick<HttpContext, 'headers' | 'peerAddress' | 'peerPort' | 'readBody'>>;

/** A request, some of which is another than it came. */
export class OverContext implements HttpContext {
  readonly method: string;
  readonly path: string;
  readonly headers: HttpContext['headers'];
  readonly readBody: HttpContext['readBody'];
  readonly #http: HttpContext;
  readonly #over: Overriding;

  constructor(http: HttpContext, over: Overriding) {
    this.method = http.method;
    this.path = http.path;
    this.headers = over.headers ?? http.headers;
    this.readBody = over.readBody ?? ((maxBytes) => http.readBody(maxBytes));
    this.#http = http;
    this.#over = over;
  }

  get overruledHost(): string | undefined {
    return this.#http.overruledHost;
  }

  get peerAddress(): string | undefined {
    return 'peerAddress' in this.#over ? this.#over.peerAddress : this.#http.peerAddress;
  }

  get peerPort(): number | undefined {
    return 'peerPort' in this.#over ? this.#over.peerPort : this.#http.peerPort;
  }

  get query(): URLSearchParams {
    return this.#http.query;
  }

  get bodyBytes(): number | undefined {
    return this.#http.bodyBytes;
  }

  get receivedBytes(): number | undefined {
    return this.#http.receivedBytes;
  }

  isGone(): boolean {
    return this.#http.isGone();
  }

  onGone(listener: () => void): void {
    this.#http.onGone(listener);
  }

  onEnd(listener: () => void): void {
    this.#http.onEnd(listener);
  }

  toRequest(limit: Parameters<HttpContext['toRequest']>[0]): Request | undefined {
    return this.#http.toRequest(limit);
  }
}
