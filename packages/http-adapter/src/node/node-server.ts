import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpHandler } from '../context/http-context.ts';
import type { Connection } from './connections.ts';
import { type NodeListenerOptions, toNodeListener } from './handler.ts';
import { Turns } from './turns.ts';

/** Bounds of the requests of one connection. */
export interface RequestBounds {
  readonly maxHeaderBytes: number;
  /** At most `requestTimeoutMillis`, where that is a bound. */
  readonly headersTimeoutMillis: number;
  readonly requestTimeoutMillis: number;
  readonly keepAliveTimeoutMillis: number;
}

/** What answers requests, and how connections end. */
export interface Answering extends Omit<NodeListenerOptions, 'isLast'> {
  readonly handler: HttpHandler;
  /** Whether the answer that is written next is the last of its connection. */
  readonly isLast: () => boolean;
}

/** Reads and answers requests with Node's own server. */
export class NodeServer {
  readonly #server: Server;
  readonly #turns: Turns;
  #isClosing = false;

  constructor(bounds: RequestBounds, { handler, ...options }: Answering) {
    const server = createHttpServer(bounds);
    const listener = toNodeListener(handler, options);
    const onRequest = (message: IncomingMessage, target: ServerResponse, awaitsContinue: boolean): void => {
      // HTTP/1.1 demands one (RFC 9112, section 3.2); Node would say no more than 400.
      if (message.headers.host === undefined && message.httpVersion === '1.1') {
        refuseRequest(target, 400, 'the Host header is missing');
        return;
      }
      target.on('close', () => this.#onAnswered());
      this.#turns.onRequest(message, target, () => void listener(message, target, awaitsContinue));
    };
    server.on('request', (message, target) => onRequest(message, target, false));
    server.on('checkExpectation', (_message: IncomingMessage, target: ServerResponse) =>
      refuseRequest(target, 417, 'of all expectations only 100-continue is met'),
    );
    server.on('checkContinue', (message: IncomingMessage, target: ServerResponse) => onRequest(message, target, true));
    // What looks after slow callers begins with this event.
    server.emit('listening');
    this.#server = server;
    this.#turns = new Turns(server);
  }

  /** Goes on with a connection. @param read What was read from it already. */
  take(socket: Socket, connection: Connection, read?: Buffer): void {
    this.#server.emit('connection', socket);
    this.#turns.open(socket, connection);
    if (read !== undefined) {
      socket.unshift(read);
    }
    socket.resume();
  }

  /** Ends kept-alive connections now, or with their last answer: otherwise each would be there for seconds. */
  close(): void {
    this.#isClosing = true;
    this.#server.close();
  }

  #onAnswered(): void {
    if (this.#isClosing) {
      setImmediate(() => this.#server.closeIdleConnections());
    }
  }
}

function refuseRequest(target: ServerResponse, status: number, text: string): void {
  target.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${text}\n`);
}

function createHttpServer(bounds: RequestBounds): Server {
  const { headersTimeoutMillis } = bounds;
  const server = createServer({
    maxHeaderSize: bounds.maxHeaderBytes,
    headersTimeout: headersTimeoutMillis,
    requestTimeout: bounds.requestTimeoutMillis,
    keepAliveTimeout: bounds.keepAliveTimeoutMillis,
    connectionsCheckingInterval: Math.max(50, Math.min(1000, headersTimeoutMillis / 4)),
    // Else the second of two headers is dropped without a word: a guard must see both.
    joinDuplicateHeaders: true,
    requireHostHeader: false,
  });
  // Their bytes are bounded; Node would pass over those past a number without a word.
  server.maxHeadersCount = 0;
  return server;
}
