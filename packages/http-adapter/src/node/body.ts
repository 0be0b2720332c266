import type { IncomingMessage } from 'node:http';
import type { BodyLimit, BodyReading } from '../context/http-context.ts';
import type { BodyAccount } from './body-budget.ts';

/** The body was larger than the server takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the request body is larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

const TOO_LARGE: BodyReading = { ok: false, reason: 'too_large' };
const ABORTED: BodyReading = { ok: false, reason: 'aborted' };
const OVERLOADED: BodyReading = { ok: false, reason: 'overloaded' };

/** Length of the body as the request declares it: 0 without one, absent when it comes in chunks. */
export function declaredBytes({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined && headers['transfer-encoding'] !== undefined ? undefined : Number(length ?? 0);
}

/**
 * Counts a body that comes in chunks while Node takes it in, whoever reads it and however.
 *
 * @returns Tells how many bytes have come so far; `undefined` for a body whose length is declared.
 */
export function countChunks(message: IncomingMessage): (() => number) | undefined {
  if (declaredBytes(message) !== undefined) {
    return undefined;
  }
  let bytes = 0;
  const push = message.push.bind(message);
  const counted = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    bytes += chunk instanceof Uint8Array ? chunk.byteLength : 0;
    return push(chunk, encoding);
  };
  message.push = counted; // a function that is written where it becomes a property outlives its request (V8 makes it old)
  return () => bytes;
}

/** Reads a whole body, directly: a web stream around it would cost as much as the rest of a short request. */
export function readBody(
  message: IncomingMessage,
  maxBytes: number,
  account: BodyAccount | undefined,
): Promise<BodyReading> {
  if ((declaredBytes(message) ?? 0) > maxBytes) {
    return Promise.resolve(TOO_LARGE);
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isRefused = false;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (isRefused) {
        return;
      }
      const isTooLarge = size > maxBytes;
      if (isTooLarge || account?.take(chunk.length) === false) {
        isRefused = true;
        chunks.length = 0;
        account?.release();
        resolve(isTooLarge ? TOO_LARGE : OVERLOADED);
        return;
      }
      chunks.push(chunk);
    });
    message.once('end', () => {
      const [only] = chunks;
      const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
      resolve({ ok: true, text: bytes.toString('utf8') });
    });
    message.once('close', () => resolve(ABORTED));
  });
}

/** The body as a stream that reads from the socket only when it is read itself. */
export function streamBody(message: IncomingMessage, { maxBytes, onTooLarge }: BodyLimit): ReadableStream<Uint8Array> {
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        message.pause();
        message.on('data', (chunk: Buffer) => {
          bytes += chunk.byteLength;
          if (bytes > maxBytes) {
            onTooLarge();
            controller.error(new BodyTooLargeError(maxBytes));
            message.removeAllListeners('data').resume();
            return;
          }
          controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
          message.pause();
        });
        message.once('end', () => bytes <= maxBytes && controller.close());
        message.once('error', (error) => controller.error(error));
      },
      pull() {
        message.resume();
      },
      cancel() {
        message.removeAllListeners('data').removeAllListeners('end').resume();
      },
    },
    { highWaterMark: 0 },
  );
}
