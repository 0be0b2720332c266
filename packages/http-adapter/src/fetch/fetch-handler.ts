/** The peer of the connection, as the server sees it; not what headers claim. */
export interface ClientAddress {
  /** IP address; absent when the host framework does not tell. */
  readonly address?: string | undefined;
  readonly port?: number | undefined;
}

/** Answers one request. Fetch API types, so that it runs under any server. */
export type FetchHandler = (request: Request, client: ClientAddress) => Promise<Response>;

/** Wraps a handler in another one. */
export type Middleware = (next: FetchHandler) => FetchHandler;

/** Applies `middleware` around `handler`; the first listed is outermost. */
export function compose(middleware: readonly Middleware[], handler: FetchHandler): FetchHandler {
  return middleware.reduceRight((next, wrap) => wrap(next), handler);
}
