import type { Socket } from 'node:net';
import { type HttpResponse, isStream } from '../../context/http-context.ts';
import { type Outlet, PIECE_BYTES, toBytes, writePieces, writeStream } from '../reply.ts';
import { answerHead, type ConnectionTerms } from './answer-head.ts';

/** An answer that is to be written. */
export interface Answer {
  readonly response: HttpResponse;
  readonly terms: ConnectionTerms;
}

const LAST_CHUNK = '0\r\n\r\n';

/**
 * Writes an answer as `writeReply` does, with the same bytes and bounds.
 *
 * @param onWritten Called when the system has all of it, with whether the connection ends with it.
 * @throws {TypeError} When there is something in the head that can't be.
 */
export function writeAnswer(
  socket: Socket,
  { response, terms }: Answer,
  onWritten: (isLast: boolean) => void,
): Promise<void> | undefined {
  const { body } = response;
  if (!socket.writable) {
    socket.destroy();
    return isStream(body) ? body.cancel() : undefined;
  }
  const { text: head, hasBody, isChunked, isLast } = answerHead(response, terms);
  const done = (error?: Error | null): void => (error ? undefined : onWritten(isLast));
  if (isStream(body)) {
    socket.write(head);
    const writing = hasBody ? writeStream(body, outletOf(socket, isChunked)) : body.cancel();
    return writing.then(() => void socket.write(isChunked ? LAST_CHUNK : '', done));
  }
  return writeWhole(socket, { head, whole: hasBody ? (body ?? '') : '', isChunked }, done);
}

interface WholeAnswer {
  readonly head: string;
  readonly whole: string | Uint8Array;
  readonly isChunked: boolean;
}

/** Writes head and body at once. As Node does, the head is UTF-8 where it goes with a text, else Latin-1. */
function writeWhole(
  socket: Socket,
  { head, whole, isChunked }: WholeAnswer,
  done: (error?: Error | null) => void,
): Promise<void> | undefined {
  if (whole.length > PIECE_BYTES) {
    socket.write(head, 'latin1');
    const writing = writePieces(toBytes(whole), outletOf(socket, isChunked));
    return writing.then(() => void socket.write(isChunked ? LAST_CHUNK : '', done));
  }
  if (whole.length === 0) {
    socket.write(isChunked ? head + LAST_CHUNK : head, 'latin1', done);
  } else if (isChunked) {
    socket.cork();
    socket.write(head, 'latin1');
    writeChunk(socket, toBytes(whole));
    socket.write(LAST_CHUNK, done);
    socket.uncork();
  } else if (typeof whole === 'string') {
    socket.write(head + whole, done);
  } else {
    socket.cork();
    socket.write(head, 'latin1');
    socket.write(whole, done);
    socket.uncork();
  }
  return undefined;
}

function outletOf(socket: Socket, isChunked: boolean): Outlet {
  return { target: socket, write: (bytes) => (isChunked ? writeChunk(socket, bytes) : socket.write(bytes)) };
}

function writeChunk(socket: Socket, bytes: Uint8Array): boolean {
  socket.cork();
  socket.write(`${bytes.length.toString(16)}\r\n`);
  socket.write(bytes);
  const takesMore = socket.write('\r\n');
  socket.uncork();
  return takesMore;
}
