import { splitChallenges } from '@dcc-mcp/http-adapter/auth';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { App } from './app.ts';
import { NodeHttpContext } from './http-context.ts';
import type { Reply } from './reply.ts';

export interface Listener {
  readonly url: string;
  /** Stops to listen; idle connections are closed at once, the others when their answer is written, at the latest after a second. */
  close(): Promise<void>;
}

const KEEP_ALIVE_MILLIS = 65_000;
const CLOSE_MILLIS = 1_000;
const LINGER_MILLIS = 2_000;

/**
 * Serves `app` on an address of its own.
 *
 * @param port 0 for any free one.
 * @throws {NodeJS.ErrnoException} `EADDRINUSE` and the like.
 */
export function listen(app: App, host: string, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MILLIS, requestTimeout: 0 }, (incoming, outgoing) => {
    void serve(app, incoming, outgoing);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve({ url: urlOf(server.address()), close: () => close(server) });
    });
  });
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') {
    return String(address);
  }
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${name}:${address.port}`;
}

async function serve(app: App, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const reply = await app(new NodeHttpContext(incoming, outgoing));
  if (outgoing.destroyed) {
    return;
  }
  // What is left of a body nobody read must not stand before the next request on this connection.
  if (!incoming.complete) {
    incoming.resume();
    await untilRead(incoming, outgoing);
  }
  write(reply, outgoing);
}

/**
 * A connection that is closed before its request was read is reset, and the answer lost with it (RFC 9112, 9.6): where it
 * will be closed, the caller may finish first.
 */
function untilRead(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (outgoing.shouldKeepAlive) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MILLIS);
    incoming.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function write({ status, headers, body }: Reply, outgoing: ServerResponse): void {
  outgoing.writeHead(status, status === 401 ? withChallengeLines(headers) : headers);
  if (body === undefined || typeof body === 'string') {
    outgoing.end(body);
    return;
  }
  outgoing.flushHeaders();
  const source = Readable.fromWeb(body);
  // A reader that leaves ends the stream; there is nobody left to tell.
  pipeline(source, outgoing).catch(() => {});
}

/** One `WWW-Authenticate` for each scheme that is accepted. */
function withChallengeLines(headers: Reply['headers']): OutgoingHttpHeaders {
  const challenges = headers['www-authenticate'];
  return challenges === undefined ? headers : { ...headers, 'www-authenticate': splitChallenges(challenges) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MILLIS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
