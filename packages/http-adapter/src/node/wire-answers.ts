// Answers to what never became a request: written to the socket as they are, because there is no response object to write to.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a caller may go on sending after its last answer, in milliseconds: a connection closed before is reset, and the answer lost with it. */
const LINGER_MILLIS = 1000;

/** What is wrong with a connection, and what its caller is told. */
interface WireAnswer {
  readonly status: string;
  readonly text: string;
  readonly headers?: readonly string[];
}

const BAD_REQUEST: WireAnswer = { status: '400 Bad Request', text: 'this is no request of HTTP/1.1' };

const BY_CODE: Readonly<Record<string, WireAnswer>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', text: 'the request did not arrive as a whole in time' },
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', text: 'the headers are too large' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: '413 Payload Too Large',
    text: 'the extensions of the chunks are too large',
  },
  HPE_INVALID_TRANSFER_ENCODING: {
    ...BAD_REQUEST,
    text: 'the Transfer-Encoding is not understood, or stands beside a Content-Length; send chunked alone',
  },
  HPE_INVALID_CONTENT_LENGTH: {
    ...BAD_REQUEST,
    text: 'Content-Length is no number, or stands beside Transfer-Encoding; send one of them',
  },
  HPE_UNEXPECTED_CONTENT_LENGTH: {
    ...BAD_REQUEST,
    text: 'the length of the body is said twice; send one Content-Length',
  },
};

const NO_TUNNEL: WireAnswer = {
  status: '405 Method Not Allowed',
  text: 'CONNECT is not answered here',
  headers: ['allow: GET, HEAD, POST, DELETE, OPTIONS'],
};

const FULL: WireAnswer = {
  status: '503 Service Unavailable',
  text: 'all connections are in use',
  headers: ['retry-after: 1'],
};

function write(socket: Socket, { status, text, headers = [] }: WireAnswer): void {
  const body = `${text}\n`;
  const lines = [
    `HTTP/1.1 ${status}`,
    'content-type: text/plain; charset=utf-8',
    `content-length: ${body.length}`,
    ...headers,
    'connection: close',
  ];
  socket.on('error', () => undefined);
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MILLIS).unref();
}

/** Tells a caller that there is no place for another connection. */
export function refuseConnection(socket: Socket): void {
  write(socket, FULL);
  // Nobody else reads what it sends.
  socket.resume();
}

/** Tells a caller that this is no proxy. */
export function refuseTunnel(socket: Socket): void {
  write(socket, NO_TUNNEL);
}

/** Tells a caller that what it sent is no request. @param code Node's, of what is wrong. */
export function refuseBroken(socket: Socket, code: string | undefined): void {
  write(socket, BY_CODE[code ?? ''] ?? BAD_REQUEST);
}

/** What a connection has to do with. */
interface Exchange {
  /** The answer that is under way. */
  readonly running: ServerResponse | undefined;
  /** The request that came last. */
  readonly last: IncomingMessage | undefined;
}

/**
 * Answers what could not be read as a request. Where an answer is under way that one comes first, and where it was written
 * before its request was there nothing follows: a second one could be taken for it.
 */
export function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { running, last }: Exchange = { running: undefined, last: undefined },
): void {
  const isAnswered = running === undefined ? last?.complete === false : running.headersSent;
  if (!socket.writable || isAnswered || error.code === 'ECONNRESET') {
    socket.destroy();
  } else if (running?.req.complete === true) {
    running.shouldKeepAlive = false;
  } else {
    refuseBroken(socket, error.code);
  }
}
