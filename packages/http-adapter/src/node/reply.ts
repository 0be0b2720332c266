import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { splitChallenges } from '../auth/challenges.ts';
import { type HttpResponse, isStream } from '../context/http-context.ts';

/** How long a caller may go on sending a body that nobody reads. */
const LINGER_MILLIS = 2_000;

/**
 * Bytes written at once: only between two pieces it shows whether the caller takes what it asked for. Smaller ones cost
 * twice the time of the whole answer.
 */
export const PIECE_BYTES = 1_048_576;

/** What an answer is written to. */
export interface NodeExchange {
  readonly message: IncomingMessage;
  readonly target: ServerResponse;
  /** Whether the caller waits for `100 Continue` and never heard it: then no body comes. */
  readonly isBodyHeldBack: boolean;
}

/** Where the bytes of a body go. */
export interface Outlet {
  /** Says when it takes more, and when nobody is there any more. */
  readonly target: Writable;
  /** @returns False where nothing more is to be written before `target` drains. */
  readonly write: (bytes: Uint8Array) => boolean;
}

/**
 * Writes an answer: headers at once, each chunk of a stream as it comes, no faster than the client reads. When the client
 * goes, the stream is cancelled; when the stream breaks, the connection is cut, so that nobody takes half an answer for a
 * whole one.
 *
 * @throws What the stream broke with.
 */
export function writeReply(exchange: NodeExchange, response: HttpResponse): Promise<void> | undefined {
  const { message, target } = exchange;
  const { body, headers } = response;
  if (target.destroyed || target.headersSent) {
    target.destroy();
    return isStream(body) ? body.cancel() : undefined;
  }
  if ((response.status === 413 || response.status === 503) && !message.complete) {
    // What is left of a body that is too much is not read.
    target.setHeader('connection', 'close');
  }
  writeHead(target, response);
  const isLast = !target.shouldKeepAlive || (headers['connection'] ?? target.getHeader('connection')) === 'close';
  if (!isStream(body)) {
    return endWith(body, exchange, isLast);
  }
  if (message.method === 'HEAD') {
    target.end();
    return body.cancel();
  }
  target.flushHeaders();
  return writeStream(body, outletOf(target)).then(() => endStream(exchange, isLast));
}

/** Behind its last byte nobody reads the request's body any more, either. */
async function endStream({ message, target, isBodyHeldBack }: NodeExchange, isLast: boolean): Promise<void> {
  if (!message.complete) {
    message.resume();
    if (isLast && !isBodyHeldBack) {
      await untilRead(message);
    }
  }
  target.end();
}

/**
 * An answer that is there as a whole is the handler's last word: it reads no more of the request's body.
 *
 * @param isLast Whether the connection ends with this answer.
 */
function endWith(
  whole: string | Uint8Array | undefined,
  { message, target, isBodyHeldBack }: NodeExchange,
  isLast: boolean,
): Promise<void> | undefined {
  if (!message.complete) {
    // What is left of the body must not stand before the next request on this connection.
    message.resume();
    if (isLast && !isBodyHeldBack) {
      target.flushHeaders();
      target.write(whole ?? '');
      return untilRead(message).then(() => void target.end());
    }
  }
  if (whole !== undefined && whole.length > PIECE_BYTES) {
    return writePieces(toBytes(whole), outletOf(target)).then(() => void target.end());
  }
  target.end(whole);
  return undefined;
}

/** A text as UTF-8. */
export function toBytes(whole: string | Uint8Array): Uint8Array {
  return typeof whole === 'string' ? Buffer.from(whole) : whole;
}

/**
 * A connection that is closed before its request was read is reset, and the answer may be lost with it (RFC 9112, 9.6):
 * the caller may finish first.
 */
function untilRead(message: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, LINGER_MILLIS);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    message.once('end', done).once('close', done);
  });
}

function writeHead(target: ServerResponse, { status, statusText, headers }: HttpResponse): void {
  const lines: OutgoingHttpHeaders = withChallengeLines(headers);
  if (statusText === undefined) {
    target.writeHead(status, lines);
  } else {
    target.writeHead(status, statusText, lines);
  }
}

/** The same headers, each challenge on a line of its own. */
export function withChallengeLines(headers: HttpResponse['headers']): HttpResponse['headers'] {
  const challenges = headers['www-authenticate'];
  return typeof challenges === 'string' ? { ...headers, 'www-authenticate': splitChallenges(challenges) } : headers;
}

function outletOf(target: ServerResponse): Outlet {
  return { target, write: (bytes) => target.write(bytes) };
}

/** Writes what the stream gives until it ends, or until nobody is there any more. @throws What the stream broke with. */
export async function writeStream(body: ReadableStream<Uint8Array>, outlet: Outlet): Promise<void> {
  const { target } = outlet;
  const reader = body.getReader();
  const cancel = (): void => {
    reader.cancel(new Error('the client went away')).catch(() => undefined);
  };
  target.once('close', cancel);
  try {
    await pump(reader, outlet);
  } catch (error) {
    target.destroy();
    throw error;
  } finally {
    target.off('close', cancel);
  }
}

async function pump(reader: ReadableStreamDefaultReader<Uint8Array>, outlet: Outlet): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done || outlet.target.destroyed) {
      return;
    }
    await writePieces(value, outlet);
  }
}

/** Writes no faster than the client reads. */
export async function writePieces(bytes: Uint8Array, { target, write }: Outlet): Promise<void> {
  for (let start = 0; start < bytes.length && !target.destroyed; start += PIECE_BYTES) {
    if (!write(bytes.length <= PIECE_BYTES ? bytes : bytes.subarray(start, start + PIECE_BYTES))) {
      await drained(target);
    }
  }
}

/** Waits until the socket takes more; gives up when the client has gone. */
function drained(target: Writable): Promise<void> | undefined {
  if (target.destroyed || target.writableEnded) {
    return undefined;
  }
  return new Promise((resolve) => {
    const done = (): void => {
      target.off('drain', done).off('close', done);
      resolve();
    };
    target.on('drain', done).on('close', done);
  });
}
