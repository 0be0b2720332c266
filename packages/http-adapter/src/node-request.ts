import type { IncomingMessage } from 'node:http';

/** The body was larger than the server takes. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the request body is larger than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

function toHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!name.startsWith(':')) {
      headers.append(name, rawHeaders[index + 1] ?? '');
    }
  }
  return headers;
}

/** Frameworks that mount handlers under a path cut `url` and keep the whole of it in `originalUrl`. */
function readTarget(message: IncomingMessage): string {
  const whole = 'originalUrl' in message ? message.originalUrl : undefined;
  return typeof whole === 'string' ? whole : (message.url ?? '/');
}

/** The URL asked for, or `undefined` when host and target make none. */
export function toUrl(message: IncomingMessage): URL | undefined {
  const scheme = 'encrypted' in message.socket ? 'https' : 'http';
  const host = message.headers.host ?? 'localhost';
  const target = readTarget(message);
  const text = target.startsWith('/') ? `${scheme}://${host}${target}` : target;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}

/** Whether the request says how long its body is, and that is too long. */
export function isDeclaredTooLarge({ headers }: IncomingMessage, maxBytes: number): boolean {
  return Number(headers['content-length'] ?? 0) > maxBytes;
}

/** The body as a stream that reads from the socket only when it is read itself. */
function toBody(message: IncomingMessage, maxBytes: number, onTooLarge: () => void): ReadableStream<Uint8Array> {
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

/** What a web request is made from. */
export interface NodeRequestOptions {
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly maxBodyBytes: number;
  /** Told when a body without a declared length turns out too large. */
  readonly onTooLarge: () => void;
}

/** The web request for a message. @throws {TypeError} For a method that the Fetch API forbids (`TRACE`, `CONNECT`). */
export function toRequest(message: IncomingMessage, options: NodeRequestOptions): Request {
  const { url, signal, maxBodyBytes, onTooLarge } = options;
  const { method = 'GET', headers } = message;
  const isBodiless = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  const init: RequestInit = { method, headers: toHeaders(message), signal };
  if (isBodiless || method === 'GET' || method === 'HEAD') {
    return new Request(url, init);
  }
  return new Request(url, { ...init, body: toBody(message, maxBodyBytes, onTooLarge), duplex: 'half' });
}
