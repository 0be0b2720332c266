import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toHttpHandler, type BodyLimitOptions } from '../context/fetch-conversion.ts';
import type { HttpHandler } from '../context/http-context.ts';
import type { FetchHandler } from '../fetch/fetch-handler.ts';
import { type NodeListenerOptions, toNodeListener } from './handler.ts';

/** Options of {@link serveHttp}. */
export interface ServeHttpOptions extends Pick<NodeListenerOptions, 'onError'> {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 (default) takes any free port. */
  readonly port?: number;
  /** Bound for all headers of a request, in bytes; more is answered 431. Default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Time for a request to arrive with all of its headers; default 60 s. */
  readonly headersTimeoutMillis?: number;
  /** Time for a request to arrive with its body; 0 is no bound. Default 5 min. */
  readonly requestTimeoutMillis?: number;
  /** How long an idle connection is kept; default 5 s. */
  readonly keepAliveTimeoutMillis?: number;
}

/** Options of {@link serve}. */
export interface ServeOptions extends ServeHttpOptions, BodyLimitOptions {}

/** A server that listens. */
export interface ServedHttp {
  /** `http://address:port`, as bound. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /**
   * Takes no more connections and lets what runs finish; after `graceMillis` (default 10 s) it is cut off. Resolves when
   * the last connection is closed.
   */
  close(options?: { readonly graceMillis?: number }): Promise<void>;
}

async function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  // A worker of a cluster has its own port, too: what a handler remembers is not in the other workers.
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError(`a server on a port has no address ${String(address)}`);
  }
  return address;
}

/** Ends kept-alive connections with their last answer: otherwise each would hold `close` for seconds. */
function answerUntilClosed(
  server: Server,
  handler: HttpHandler,
  onError: NodeListenerOptions['onError'],
): (graceMillis: number) => Promise<void> {
  let isClosing = false;
  const listener = toNodeListener(handler, { onError, isLast: () => isClosing });
  const closeIdle = (): void => server.closeIdleConnections();
  const onAnswered = (): void => {
    if (isClosing) {
      setImmediate(closeIdle);
    }
  };
  server.on('request', (message, target) => {
    target.on('close', onAnswered);
    void listener(message, target);
  });
  return async (graceMillis) => {
    isClosing = true;
    const closed = once(server, 'close');
    server.close();
    closeIdle();
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMillis);
    await closed;
    clearTimeout(cutOff);
  };
}

function createHttpServer(options: ServeHttpOptions): Server {
  const { maxHeaderBytes = 16_384, headersTimeoutMillis = 60_000, requestTimeoutMillis = 300_000 } = options;
  return createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMillis,
    requestTimeout: requestTimeoutMillis,
    keepAliveTimeout: options.keepAliveTimeoutMillis ?? 5000,
    connectionsCheckingInterval: Math.max(100, Math.min(30_000, headersTimeoutMillis)),
  });
}

/**
 * Listens on a port of its own with Node's HTTP server, and answers without objects of the Fetch API.
 *
 * @throws {Error} Node's own (`EADDRINUSE`, `EACCES`, …) when it can't listen.
 */
export async function serveHttp(handler: HttpHandler, options: ServeHttpOptions = {}): Promise<ServedHttp> {
  const { host = '127.0.0.1' } = options;
  const server = createHttpServer(options);
  const close = answerUntilClosed(server, handler, options.onError);
  const { address, family, port } = await listen(server, host, options.port ?? 0);
  let closing: Promise<void> | undefined;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    host,
    port,
    close: ({ graceMillis = 10_000 } = {}) => (closing ??= close(graceMillis)),
  };
}

/** The same for a fetch-style handler. @throws {Error} As `serveHttp` does. */
export function serve(handler: FetchHandler, options: ServeOptions = {}): Promise<ServedHttp> {
  return serveHttp(toHttpHandler(handler, options), options);
}
