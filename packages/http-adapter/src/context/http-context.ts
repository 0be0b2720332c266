/** Header values by name in lower case. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The first value of a header; `undefined` when it is absent. @param name In lower case. */
export function headerText(headers: HttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/**
 * A request body as UTF-8, or why there is none: `overloaded` where the server holds as many bodies as it may, `stopping`
 * where it waits for no more of it.
 */
export type BodyReading =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: 'too_large' | 'aborted' | 'overloaded' | 'stopping' };

/** Bounds the body of a web request while a handler reads it. */
export interface BodyLimit {
  readonly maxBytes: number;
  /** Told when a body without a declared length turns out larger. */
  readonly onTooLarge: () => void;
}

/** One HTTP request, and what is known of the connection it came by. */
export interface HttpContext {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HttpHeaders;
  /**
   * What the Host header said, where the target in absolute form names another host: that one counts, and stands in
   * `headers` (RFC 9112, section 3.2.2). Whoever guards hosts looks at both.
   */
  readonly overruledHost?: string | undefined;
  /** IP address of the connection's other end; not what headers claim. */
  readonly peerAddress: string | undefined;
  readonly peerPort: number | undefined;
  /** Length of the body as the caller says it: 0 without one, absent when it comes in chunks. */
  readonly bodyBytes: number | undefined;
  /** Bytes of it that have come so far, for a body whose length is not declared; absent where nobody counts them. */
  readonly receivedBytes?: number | undefined;
  /** Reads the whole body, at most `maxBytes` of it. */
  readBody(maxBytes: number): Promise<BodyReading>;
  /** True once the other side has left before its answer was written. */
  isGone(): boolean;
  /** Calls back once, when the other side leaves before its answer was written. */
  onGone(listener: () => void): void;
  /** Calls back once, when the answer is written or the other side has left. */
  onEnd(listener: () => void): void;
  /** The web request, whose body streams within `limit`; `undefined` when host and target make no URL. */
  toRequest(limit: BodyLimit): Request | undefined;
}

/** An answer before it is written: plain data, because a `Response` costs more to build than a short answer to write. */
export interface HttpResponse {
  readonly status: number;
  /** Reason phrase; absent for the one that belongs to the status. */
  readonly statusText?: string | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** A text is written as UTF-8. */
  readonly body?: string | Uint8Array | ReadableStream<Uint8Array> | undefined;
}

/** Whether a body comes piece by piece; it may be of another implementation than the global one. */
export function isStream(body: HttpResponse['body']): body is ReadableStream<Uint8Array> {
  return typeof body === 'object' && !(body instanceof Uint8Array);
}

/** Answers one request without objects of the Fetch API. */
export type HttpHandler = (http: HttpContext) => Promise<HttpResponse>;
