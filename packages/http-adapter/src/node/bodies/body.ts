import type { IncomingMessage } from 'node:http';
import type { BodyLimit, BodyReading } from '../../context/http-context.ts';
import type { AwaitedBodies } from './awaited-bodies.ts';
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
const STOPPING: BodyReading = { ok: false, reason: 'stopping' };

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

/** What bodies are read with. */
export interface BodyServer {
  /** What the body is held on. */
  readonly account?: BodyAccount | undefined;
  /** Says when nobody waits for it any more. */
  readonly awaited?: AwaitedBodies | undefined;
}

/** Reads a whole body, directly: a web stream around it would cost as much as the rest of a short request. */
export function readBody(
  message: IncomingMessage,
  maxBytes: number,
  { account, awaited }: BodyServer,
): Promise<BodyReading> {
  if ((declaredBytes(message) ?? 0) > maxBytes) {
    return Promise.resolve(TOO_LARGE);
  }
  return new Promise((resolve) => {
    const body = new GatheredBody(maxBytes, account);
    const refuse = (reading: BodyReading): void => {
      body.drop();
      resolve(reading);
    };
    const end = awaited?.open(() => (message.complete ? undefined : refuse(STOPPING)));
    message.on('data', (chunk: Buffer) => {
      const refusal = body.take(chunk);
      if (refusal !== undefined) {
        refuse(refusal);
      }
    });
    message.once('end', () => {
      end?.();
      resolve({ ok: true, text: body.text });
    });
    message.once('close', () => {
      end?.();
      resolve(ABORTED);
    });
  });
}

/** What has come of a body, while there is room for it. */
class GatheredBody {
  readonly #maxBytes: number;
  readonly #account: BodyAccount | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #isDropped = false;

  constructor(maxBytes: number, account: BodyAccount | undefined) {
    this.#maxBytes = maxBytes;
    this.#account = account;
  }

  get text(): string {
    const [only] = this.#chunks;
    const bytes = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    return bytes.toString('utf8');
  }

  /** @returns Why the body is refused; nothing where there is room, or where it is dropped already. */
  take(chunk: Buffer): BodyReading | undefined {
    if (this.#isDropped) {
      return undefined;
    }
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) {
      return TOO_LARGE;
    }
    if (this.#account?.take(chunk.length) === false) {
      return OVERLOADED;
    }
    this.#chunks.push(chunk);
    return undefined;
  }

  /** Gives back what it holds, and takes nothing more. */
  drop(): void {
    this.#isDropped = true;
    this.#chunks.length = 0;
    this.#account?.release();
  }
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
