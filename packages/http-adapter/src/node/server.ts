import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { toHttpHandler, type BodyLimitOptions } from '../context/fetch-conversion.ts';
import type { HttpHandler } from '../context/http-context.ts';
import type { FetchHandler } from '../fetch/fetch-handler.ts';
import { BodyBudget } from './body-budget.ts';
import { Connections } from './connections.ts';
import { type NodeListenerOptions, toNodeListener } from './handler.ts';

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
};

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

interface AnswerOptions extends Omit<NodeListenerOptions, 'isLast'> {
  readonly handler: HttpHandler;
  readonly endsConnections?: (() => boolean) | undefined;
}

/** Ends kept-alive connections with their last answer: otherwise each would hold `close` for seconds. */
function answerUntilClosed(
  server: Server,
  connections: Connections,
  { handler, endsConnections = () => false, ...rest }: AnswerOptions,
): (graceMillis: number) => Promise<void> {
  let isClosing = false;
  const listener = toNodeListener(handler, { ...rest, isLast: () => isClosing || endsConnections() });
  const closeIdle = (): void => server.closeIdleConnections();
  const onAnswered = (): void => {
    if (isClosing) {
      setImmediate(closeIdle);
    }
  };
  const onRequest = (message: IncomingMessage, target: ServerResponse, awaitsContinue: boolean): void => {
    // HTTP/1.1 demands one (RFC 9112, section 3.2); Node would say no more than 400.
    if (message.headers.host === undefined && message.httpVersion === '1.1') {
      refuseRequest(target, 400, 'the Host header is missing');
      return;
    }
    target.on('close', onAnswered);
    connections.onRequest(message, target, () => void listener(message, target, awaitsContinue));
  };
  server.on('request', (message, target) => onRequest(message, target, false));
  server.on('checkExpectation', (_message: IncomingMessage, target: ServerResponse) =>
    refuseRequest(target, 417, 'of all expectations only 100-continue is met'),
  );
  server.on('checkContinue', (message: IncomingMessage, target: ServerResponse) => onRequest(message, target, true));
  return async (graceMillis) => {
    isClosing = true;
    const closed = server.listening ? once(server, 'close') : connections.whenNone();
    server.close();
    closeIdle();
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMillis);
    await closed;
    clearTimeout(cutOff);
  };
}

function refuseRequest(target: ServerResponse, status: number, text: string): void {
  target.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`);
}

function createHttpServer(options: typeof DEFAULTS): Server {
  const { headersTimeoutMillis, requestTimeoutMillis } = options;
  const server = createServer({
    maxHeaderSize: options.maxHeaderBytes,
    headersTimeout:
      requestTimeoutMillis === 0 ? headersTimeoutMillis : Math.min(headersTimeoutMillis, requestTimeoutMillis),
    requestTimeout: requestTimeoutMillis,
    keepAliveTimeout: options.keepAliveTimeoutMillis,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, headersTimeoutMillis / 4)),
    // Else the second of two headers is dropped without a word: a guard must see both.
    joinDuplicateHeaders: true,
    requireHostHeader: false,
  });
  // Their bytes are bounded; Node would pass over those past a number without a word.
  server.maxHeadersCount = 0;
  return server;
}

/**
 * Listens on a port of its own with Node's HTTP server, and answers without objects of the Fetch API.
 *
 * @throws {Error} Node's own (`EADDRINUSE`, `EACCES`, …) when it can't listen.
 */
export async function serveHttp(handler: HttpHandler, options: ServeHttpOptions = {}): Promise<ServedHttp> {
  const { host = '127.0.0.1' } = options;
  const bounds = { ...DEFAULTS, ...options };
  const server = createHttpServer(bounds);
  const bodyBudget = new BodyBudget(bounds.maxHeldBodyBytes);
  const connections = new Connections(server, { ...bounds, onFull: options.onFull });
  if (options.keepsAlive === false) {
    server.unref();
    server.on('connection', (socket) => socket.unref());
  }
  const close = answerUntilClosed(server, connections, { handler, onError: options.onError, bodyBudget });
  const { address, family, port } = await listen(server, host, options.port ?? 0);
  let closing: Promise<void> | undefined;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    host,
    port,
    close: ({ graceMillis = 10_000 } = {}) => (closing ??= close(graceMillis)),
  };
}

/**
 * Answers connections that another process, or another server, has accepted, with every bound of {@link serveHttp}; those
 * of `maxConnections` and `maxHeldBodyBytes` count what was taken here.
 */
export function serveConnections(handler: HttpHandler, options: ServeConnectionsOptions = {}): ServedConnections {
  const { endsConnections, onError, onFull } = options;
  const bounds = { ...DEFAULTS, ...options };
  const server = createHttpServer(bounds);
  const bodyBudget = new BodyBudget(bounds.maxHeldBodyBytes);
  const connections = new Connections(server, { ...bounds, onFull });
  const close = answerUntilClosed(server, connections, { handler, onError, bodyBudget, endsConnections });
  // What looks after slow callers begins with this event, in Node's server and in ours.
  server.emit('listening');
  let closing: Promise<void> | undefined;
  return {
    take: (socket) => {
      // As a server sets the sockets that it accepts.
      socket.setNoDelay(true);
      socket.allowHalfOpen = true;
      server.emit('connection', socket);
      socket.resume();
    },
    get open() {
      return connections.count;
    },
    close: ({ graceMillis = 10_000 } = {}) => (closing ??= close(graceMillis)),
  };
}

/** The same for a fetch-style handler. @throws {Error} As `serveHttp` does. */
export function serve(handler: FetchHandler, options: ServeOptions = {}): Promise<ServedHttp> {
  return serveHttp(toHttpHandler(handler, options), options);
}
