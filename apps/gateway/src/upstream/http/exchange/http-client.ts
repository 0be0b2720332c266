/** One request, as it goes to a {@link HttpClient}. */
export interface ClientRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** With the query. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string | null;
}

/** Where an answer comes from. */
export interface AnswerSource {
  /** Ends the request with its connection; its handler is told `reason`, unless the answer has ended. */
  abort(reason: Error): void;
  /** A wish: what has been read already comes all the same. */
  pause(): void;
  resume(): void;
}

export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Takes the answer to one request; a part of undici's `DispatchHandler`. */
export interface AnswerHandler {
  onRequestStart(source: AnswerSource): void;
  /** Once, but for interim answers (status below 200). */
  onResponseStart(source: AnswerSource, status: number, headers: AnswerHeaders): void;
  onResponseData(source: AnswerSource, chunk: Buffer): void;
  /** It has ended in order. */
  onResponseEnd(): void;
  onResponseError(source: AnswerSource | null, error: Error): void;
}

/** Connections to one origin. */
export interface HttpClient {
  /** The proxy that makes them, as people may read of it: `HTTP_PROXY: http://127.0.0.1:3128`. */
  readonly proxy?: string | undefined;
  /** Never throws for what the network or the server does: the handler is told. */
  dispatch(request: ClientRequest, handler: AnswerHandler): void;
  /** Breaks off what is on its way. */
  destroy(): Promise<void>;
}
