import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { toHttpHandler, type BodyLimitOptions } from '../context/fetch-conversion.ts';
import type { HttpHandler } from '../context/http-context.ts';
import type { FetchHandler } from '../fetch/fetch-handler.ts';
import { AwaitedBodies } from './bodies/awaited-bodies.ts';
import { BodyBudget } from './bodies/body-budget.ts';
import { type ConnectionBounds, Connections } from './connections.ts';
import { FastPath } from './fast/fast-path.ts';
import type { NodeListenerOptions } from './handler.ts';
import { NodeServer, type RequestBounds } from './node-server.ts';

/** Options of {@link serveHttp}. */
export interface ServeHttpOptions extends Pick<NodeListenerOptions, 'onError'> {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 (default) takes any free port. */
  readonly port?: number;
  /** Bound for all headers of a request, in bytes; more is answered 431. Default 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Time for a request to arrive with all of its headers, from the first byte or a new connection on; past it 408. Default 15 s. */
  readonly headersTimeoutMillis?: number;
  /** Time for a request to arrive with its body, whatever time its answer takes; past it 408. 0 is no bound. Default 60 s. */
  readonly requestTimeoutMillis?: number;
  /** How long an idle connection is kept; default 5 s. */
  readonly keepAliveTimeoutMillis?: number;
  /**
   * Connections at a time, half of them from one address; past it the one that has been idle longest makes room, and
   * where all wait for answers the new one gets 503. Default 10,000.
   */
  readonly maxConnections?: number;
  /** A caller that leaves bytes of an answer waiting must take 64 KiB (or what was written at once, 1 MiB at most) in this time, or it is cut. Default 30 s. */
  readonly slowReaderMillis?: number;
  /**
   * Bytes of bodies that `readBody` holds at a time, beside the first 64 KiB of each, until their requests are answered;
   * past it a reading is `overloaded`. Default 256 MiB.
   */
  readonly maxHeldBodyBytes?: number;
  /**
   * Whether plain requests (GET and POST of HTTP/1.1 with a body of up to 64 KiB, nothing folded, repeated, chunked or
   * upgraded) are read by a strict reader of its own, with the same answers and bounds for less CPU. Node's own server reads
   * whatever else comes on a connection from then on. Default false: few servers have so many requests that it matters.
   */
  readonly fastPath?: boolean;
  /** Whether the process lives on for its sake; default true. */
  readonly keepsAlive?: boolean;
  /** Told when connections begin to be refused, and when they are taken again. */
  readonly onFull?: (isFull: boolean) => void;
}

const DEFAULTS = {
  maxHeaderBytes: 16_384,
  headersTimeoutMillis: 15_000,
  requestTimeoutMillis: 60_000,
  keepAliveTimeoutMillis: 5000,
  maxConnections: 10_000,
  slowReaderMillis: 30_000,
  maxHeldBodyBytes: 268_435_456,
  fastPath: false,
};

interface Bounds extends ConnectionBounds, RequestBounds {
  readonly maxHeldBodyBytes: number;
  readonly fastPath: boolean;
}

/** Options of {@link serveConnections}: those of {@link serveHttp}, without what belongs to a port. */
export interface ServeConnectionsOptions extends Omit<ServeHttpOptions, 'host' | 'port' | 'keepsAlive'> {
  /** Whether each connection ends with the answer that it waits for, so that its caller comes anew. Default: none does. */
  readonly endsConnections?: () => boolean;
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
   * Waits for no more of the bodies that `readBody` reads: what has not come in a quarter of a second is `stopping`. Whatever
   * has come goes on.
   */
  endBodies(): void;
  /**
   * Takes no more connections and lets what runs finish; after `graceMillis` (default 10 s) it is cut off. Resolves when
   * the last connection is closed.
   */
  close(options?: { readonly graceMillis?: number }): Promise<void>;
}

/** A server of connections that somebody else accepts. */
export interface ServedConnections {
  /** Serves a connection that nobody has read from, as one that was accepted here. */
  take(socket: Socket): void;
  /** Connections that are open. */
  readonly open: number;
  /**
   * Waits for no more of the bodies that `readBody` reads: what has not come in a quarter of a second is `stopping`. Whatever
   * has come goes on.
   */
  endBodies(): void;
  /**
   * Lets what runs finish, and serves what comes in between as its last request; after `graceMillis` (default 10 s) it is
   * cut off. Resolves when the last connection is closed.
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

/**
 * Listens on a port of its own, and answers without objects of the Fetch API.
 *
 * @throws {Error} Node's own (`EADDRINUSE`, `EACCES`, …) when it can't listen.
 */
export async function serveHttp(handler: HttpHandler, options: ServeHttpOptions = {}): Promise<ServedHttp> {
  const { host = '127.0.0.1', keepsAlive = true } = options;
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  if (!keepsAlive) {
    server.unref();
    server.on('connection', (socket) => socket.unref());
  }
  const { address, family, port } = await listen(server, host, options.port ?? 0);
  const connections = serveConnections(handler, options);
  server.on('connection', (socket) => connections.take(socket));
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    host,
    port,
    endBodies: () => connections.endBodies(),
    close: (closeOptions) => {
      server.close();
      return connections.close(closeOptions);
    },
  };
}

/**
 * Answers connections that another process, or another server, has accepted, with every bound of {@link serveHttp}; those
 * of `maxConnections` and `maxHeldBodyBytes` count what was taken here.
 */
export function serveConnections(handler: HttpHandler, options: ServeConnectionsOptions = {}): ServedConnections {
  const { endsConnections = () => false, onError } = options;
  const bounds = boundsOf(options);
  const connections = new Connections(bounds);
  let closing: Promise<void> | undefined;
  const isLast = (): boolean => closing !== undefined || endsConnections();
  const awaited = new AwaitedBodies();
  const answering = { handler, onError, bodyBudget: new BodyBudget(bounds.maxHeldBodyBytes), awaited, isLast };
  const node = new NodeServer(bounds, answering);
  const fast = bounds.fastPath ? new FastPath(node, bounds, answering) : undefined;
  const close = (graceMillis: number): Promise<void> => {
    const closed = connections.close(graceMillis);
    fast?.close();
    node.close();
    return closed;
  };
  return {
    take: (socket) => {
      // As a server sets the sockets that it accepts.
      socket.setNoDelay(true);
      socket.allowHalfOpen = true;
      const connection = connections.take(socket);
      if (connection !== undefined) {
        (fast ?? node).take(socket, connection);
      }
    },
    get open() {
      return connections.count;
    },
    endBodies: () => awaited.end(),
    close: ({ graceMillis = 10_000 } = {}) => (closing ??= close(graceMillis)),
  };
}

function boundsOf(options: ServeConnectionsOptions): Bounds {
  const bounds = { ...DEFAULTS, ...options };
  const { headersTimeoutMillis, requestTimeoutMillis } = bounds;
  return requestTimeoutMillis === 0
    ? bounds
    : { ...bounds, headersTimeoutMillis: Math.min(headersTimeoutMillis, requestTimeoutMillis) };
}

/** The same for a fetch-style handler. @throws {Error} As `serveHttp` does. */
export function serve(handler: FetchHandler, options: ServeOptions = {}): Promise<ServedHttp> {
  return serveHttp(toHttpHandler(handler, options), options);
}
