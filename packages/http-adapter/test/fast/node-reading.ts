import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Duplex } from 'node:stream';

/** What Node's own server makes of some bytes. */
export interface NodeReading {
  readonly requests: readonly {
    readonly method: string | undefined;
    readonly target: string | undefined;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
    readonly isComplete: boolean;
  }[];
  readonly error: string | undefined;
}

/** Reads bytes as the server does whose fast path is tried, without a network. */
export class NodeReader {
  readonly #server: Server;
  #requests: { readonly message: IncomingMessage; body: Buffer[] }[] = [];
  #error: string | undefined;

  constructor() {
    const onRequest = (message: IncomingMessage): void => {
      const request = { message, body: [] as Buffer[] };
      this.#requests.push(request);
      message.on('data', (bytes: Buffer) => request.body.push(bytes));
    };
    this.#server = createServer({ joinDuplicateHeaders: true, requireHostHeader: false, maxHeaderSize: 16_384 });
    this.#server.maxHeadersCount = 0;
    this.#server.on('request', onRequest).on('checkContinue', onRequest).on('checkExpectation', onRequest);
    this.#server.on('clientError', (error: NodeJS.ErrnoException) => (this.#error = error.code));
  }

  /** @param pieces The bytes, in the pieces in which they come. */
  async read(pieces: readonly Buffer[]): Promise<NodeReading> {
    this.#requests = [];
    this.#error = undefined;
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    this.#server.emit('connection', socket);
    pieces.forEach((piece) => socket.push(piece));
    await new Promise(setImmediate);
    const requests = this.#requests.map(({ message, body }) => ({
      method: message.method,
      target: message.url,
      headers: message.headers,
      body: Buffer.concat(body).toString('latin1'),
      isComplete: message.complete,
    }));
    socket.destroy();
    return { requests, error: this.#error };
  }
}
