import type { Socket } from 'node:net';
import { type buildConnector, errors } from 'undici';
import { toError } from '../../../protocol/thrown-error.ts';
import { type AnswerHead, IDLE_MILLIS } from './answer-head.ts';
import { AnswerReader, type AnswerSink, isBlank } from './answer-reader.ts';
import type { Carrier, PlainRequest } from './plain-request.ts';

export interface PlainConnectionOptions {
  /** Connects to the server, and gives what comes to `onread`. */
  connect(onread: { buffer: Uint8Array; callback(length: number): boolean }, callback: buildConnector.Callback): void;
  /** It can carry another request. */
  onFree(connection: PlainConnection): void;
  /** It never will. */
  onClosed(connection: PlainConnection): void;
}

/** What is read goes through here, of whatever connection: it is taken before anything else is read. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1_024);

/** A connection that carries one request after the other. It is made when the first one is there. */
export class PlainConnection implements AnswerSink, Carrier {
  readonly #options: PlainConnectionOptions;
  readonly #reader = new AnswerReader(this);
  #socket: Socket | undefined;
  #request: PlainRequest | undefined;
  #idleMillis = IDLE_MILLIS;
  #idleUntil = Infinity;
  #isClosed = false;

  constructor(options: PlainConnectionOptions) {
    this.#options = options;
  }

  /** When the server may close it, on the clock of `performance.now`. */
  get idleUntil(): number {
    return this.#idleUntil;
  }

  send(request: PlainRequest): void {
    this.#request = request;
    request.carriedBy(this);
    if (this.#socket === undefined) {
      this.#connect();
    } else {
      this.#socket.ref();
      this.#write(this.#socket, request);
    }
  }

  /** @param error What the request that it carries ends with. */
  close(error: Error): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.#reader.stop();
    this.#socket?.destroy();
    const request = this.#request;
    this.#request = undefined;
    this.#options.onClosed(this);
    request?.fail(error);
  }

  drop(): void {
    this.#request = undefined;
    if (this.#socket !== undefined) {
      this.close(new errors.InformationalError('aborted'));
    }
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  onHead(head: AnswerHead): void {
    this.#idleMillis = head.idleMillis;
    this.#request?.onHead(head);
  }

  onData(bytes: Buffer): void {
    this.#request?.onData(Buffer.from(bytes));
  }

  onEnd(): void {
    const request = this.#request;
    this.#request = undefined;
    request?.onEnd();
  }

  #connect(): void {
    const onread = {
      buffer: READ_BUFFER,
      callback: (length: number): boolean => {
        this.#onRead(READ_BUFFER.subarray(0, length));
        return true;
      },
    };
    this.#options.connect(onread, (...[error, socket]) => {
      if (error === null) {
        this.#onConnected(socket);
      } else {
        this.close(error);
      }
    });
  }

  #onConnected(socket: Socket): void {
    if (this.#isClosed) {
      socket.on('error', () => {}).destroy();
      return;
    }
    this.#socket = socket
      .on('error', (error: NodeJS.ErrnoException) => this.#onGone(error, error.code === 'ECONNRESET'))
      .on('end', () => this.#onGone(new errors.SocketError('other side closed'), true))
      .on('close', () => this.close(new errors.SocketError('closed')));
    if (this.#request === undefined) {
      this.#free(socket); // its request was given up meanwhile
    } else {
      this.#write(socket, this.#request);
    }
  }

  #write(socket: Socket, { bytes }: PlainRequest): void {
    this.#reader.begin();
    socket.write(bytes.data, bytes.encoding);
  }

  #onRead(bytes: Buffer): void {
    if (this.#request === undefined) {
      this.#onUnasked(bytes);
      return;
    }
    try {
      const taken = this.#reader.read(bytes);
      if (this.#request === undefined && !this.#isClosed) {
        this.#onAnswered(bytes.subarray(taken));
      }
    } catch (error) {
      this.close(toError(error));
    }
  }

  /** Whatever a server says that was not asked for would be taken for the answer to the next request. */
  #onUnasked(bytes: Buffer): void {
    if (!isBlank(bytes)) {
      this.close(new errors.SocketError('bad response'));
    }
  }

  #onAnswered(rest: Buffer): void {
    this.#onUnasked(rest);
    const socket = this.#socket;
    if (this.#isClosed || socket === undefined) {
      return;
    }
    if (this.#idleMillis === 0 || socket.writableLength > 0) {
      this.close(new errors.InformationalError('reset'));
    } else {
      this.#free(socket);
    }
  }

  #free(socket: Socket): void {
    if (socket.isPaused()) {
      socket.resume();
    }
    socket.unref();
    this.#idleUntil = performance.now() + this.#idleMillis;
    this.#options.onFree(this);
  }

  /** @param isEnd It is what may end an answer without a length. */
  #onGone(error: Error, isEnd: boolean): void {
    if (isEnd && this.#reader.endsWithConnection) {
      this.#reader.stop();
      try {
        this.onEnd();
      } catch {
        // It was told; what it makes of it is its own affair.
      }
    }
    this.close(error);
  }
}
