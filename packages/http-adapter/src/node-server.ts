import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { FetchHandler } from './fetch-handler.ts';
import { toNodeHandler, type NodeHandlerOptions } from './node-handler.ts';

/** Options of {@link serve}. */
export interface ServeOptions extends NodeHandlerOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 (default) takes any free port. */
  readonly port?: number;
  /** Bound for all headers of a request, in bytes; more is answered 431. Default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Time for a request to arrive with all of its headers; default 60 s. */
  readonly headersTimeoutMillis?: number;
  /** How long an idle connection is kept; default 5 s. */
  readonly keepAliveTimeoutMillis?: number;
}

/** A server that listens. */
export interface ServedHttp {
  /** `http://host:port`, with the real port. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /**
   * Takes no more connections and lets what runs finish; after `graceMillis` (default 10 s) it is cut off. Resolves when
   * the last connection is closed.
   */
  close(options?: { readonly graceMillis?: number }): Promise<void>;
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Tells the client not to use the connection again. */
function announceClose(target: ServerResponse): void {
  if (!target.headersSent) {
    target.setHeader('connection', 'close');
  }
}

/** Ends kept-alive connections with their last answer: otherwise each would hold `close` for seconds. */
function closeGracefully(server: Server): (graceMillis: number) => Promise<void> {
  const open = new Set<ServerResponse>();
  let isClosing = false;
  server.prependListener('request', (_message, target) => {
    if (isClosing) {
      announceClose(target);
    }
    open.add(target);
    target.once('close', () => {
      open.delete(target);
      if (isClosing) {
        setImmediate(() => server.closeIdleConnections());
      }
    });
  });
  return async (graceMillis) => {
    isClosing = true;
    for (const target of open) {
      announceClose(target);
    }
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMillis);
    await closed;
    clearTimeout(cutOff);
  };
}

/**
 * Listens on a port of its own with Node's HTTP server.
 *
 * @throws {Error} Node's own (`EADDRINUSE`, `EACCES`, …) when it can't listen.
 */
export async function serve(handler: FetchHandler, options: ServeOptions = {}): Promise<ServedHttp> {
  const { host = '127.0.0.1', maxHeaderBytes = 16_384, headersTimeoutMillis = 60_000 } = options;
  const { keepAliveTimeoutMillis = 5000 } = options;
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMillis,
    keepAliveTimeout: keepAliveTimeoutMillis,
    connectionsCheckingInterval: Math.max(100, Math.min(30_000, headersTimeoutMillis)),
  });
  const close = closeGracefully(server);
  const nodeHandler = toNodeHandler(handler, options);
  server.on('request', (message, target) => void nodeHandler(message, target));
  const port = await listen(server, host, options.port ?? 0);
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    close: ({ graceMillis = 10_000 } = {}) => (closing ??= close(graceMillis)),
  };
}
