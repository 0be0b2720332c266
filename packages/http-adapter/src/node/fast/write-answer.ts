import type { Socket } from 'node:net';
import type { HttpResponse } from '../../context/http-context.ts';
import { type Outlet, PIECE_BYTES, writePieces, writeStream } from '../reply.ts';
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
    return typeof body === 'object' ? body.cancel() : undefined;
  }
  const { text: head, hasBody, isChunked, isLast } = answerHead(response, terms);
  const done = (error?: Error | null): void => (error ? undefined : onWritten(isLast));
  if (typeof body === 'object') {
    socket.write(head);
    const writing = hasBody ? writeStream(body, outletOf(socket, isChunked)) : body.cancel();
    return writing.then(() => void socket.write(isChunked ? LAST_CHUNK : '', done));
  }
  return writeText(socket, { head, text: hasBody ? (body ?? '') : '', isChunked }, done);
}

interface TextAnswer {
  readonly head: string;
  readonly text: string;
  readonly isChunked: boolean;
}

/** Writes head and text at once. As Node does, the head is UTF-8 where it goes with a text, else Latin-1. */
function writeText(
  socket: Socket,
  { head, text, isChunked }: TextAnswer,
  done: (error?: Error | null) => void,
): Promise<void> | undefined {
  if (text.length > PIECE_BYTES) {
    socket.write(head, 'latin1');
    const writing = writePieces(Buffer.from(text), outletOf(socket, isChunked));
    return writing.then(() => void socket.write(isChunked ? LAST_CHUNK : '', done));
  }
  if (text === '') {
    socket.write(isChunked ? head + LAST_CHUNK : head, 'latin1', done);
  } else if (isChunked) {
    socket.cork();
    socket.write(head, 'latin1');
    writeChunk(socket, Buffer.from(text));
    socket.write(LAST_CHUNK, done);
    socket.uncork();
  } else {
    socket.write(head + text, done);
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
