import type { Socket } from 'node:net';
import type { HttpResponse } from '../../context/http-context.ts';
import type { Connection } from '../connections.ts';
import { respond } from '../handler.ts';
import type { Answering, RequestBounds } from '../node-server.ts';
import { refuseBroken } from '../wire-answers.ts';
import { PlainHttpContext } from './context.ts';
import type { EndOfTurn } from './end-of-turn.ts';
import { readRequest } from './read-request.ts';
import { writeAnswer } from './write-answer.ts';

/** What connections share that are read here. */
export interface FastOptions extends Pick<Answering, 'handler' | 'onError' | 'isLast'> {
  readonly bounds: RequestBounds;
  /** When answers are written. */
  readonly endOfTurn: EndOfTurn;
  /** Whether none is kept past its answer. */
  readonly isClosing: () => boolean;
  /** Lets Node's own server go on with a connection, from what was read of it. */
  readonly handOver: (socket: Socket, connection: Connection, read: Buffer) => void;
  /** Told of a connection that is closed, or Node's. */
  readonly onLeft: (connection: FastConnection) => void;
}

/** How long a request may take to be whole before Node's own server goes on with it, in milliseconds. */
const PATIENCE_MILLIS = 50;

/** Pieces in which a request may come: each may mean that all of it is looked at again. */
const MAX_PIECES = 64;

/** Bytes that are held while an answer is under way; past it nothing more is read. */
const MAX_HELD_BYTES = 65_536;

/** As Node has it, so that a request which was sent in time does not find its connection closed. */
const KEEP_ALIVE_BUFFER_MILLIS = 1000;

/** Reads the requests of one connection, as long as they are plain and each waits for the answer before. */
export class FastConnection {
  readonly #socket: Socket;
  readonly #connection: Connection;
  readonly #options: FastOptions;
  /** What has come of a request that is not whole, or behind the one that is answered. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Bytes without which what is held can't be a whole request. */
  #neededBytes = 0;
  #running: PlainHttpContext | undefined;
  #hasServed = false;
  #patience: NodeJS.Timeout | undefined;
  readonly #onData = (bytes: Buffer): void => this.#take(bytes);
  readonly #onEnd = (): void => this.#ended();
  readonly #onClose = (): void => this.#closed();
  readonly #onTimeout = (): void => this.#timedOut();

  constructor(socket: Socket, connection: Connection, options: FastOptions) {
    this.#socket = socket;
    this.#connection = connection;
    this.#options = options;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).on('timeout', this.#onTimeout);
    socket.on('error', ignore);
    socket.setTimeout(options.bounds.headersTimeoutMillis);
    socket.resume();
  }

  /** Cuts it where it waits for a request, but for the first one, which may be under way. */
  cutIdle(): void {
    if (this.#hasServed && this.#running === undefined && this.#heldBytes === 0) {
      this.#socket.destroy();
    }
  }

  #take(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#running !== undefined) {
      if (this.#heldBytes > MAX_HELD_BYTES) {
        this.#socket.pause();
      }
    } else if (this.#heldBytes >= this.#neededBytes) {
      this.#read();
    }
  }

  #read(): void {
    const [first] = this.#held;
    const bytes = this.#held.length === 1 && first !== undefined ? first : Buffer.concat(this.#held);
    const request = readRequest(bytes, this.#options.bounds.maxHeaderBytes);
    if (typeof request === 'number' && this.#held.length < MAX_PIECES) {
      this.#neededBytes = this.#heldBytes + request;
      this.#patience ??= setTimeout(() => this.#handOver(), PATIENCE_MILLIS);
    } else if (typeof request === 'object') {
      this.#forget();
      this.#answer(new PlainHttpContext(request, this.#socket));
    } else {
      this.#handOver();
    }
  }

  #answer(http: PlainHttpContext): void {
    const { handler, onError, endOfTurn } = this.#options;
    this.#running = http;
    this.#connection.unanswered = 1;
    respond(handler, http, onError)
      .then((response) => endOfTurn.add(() => this.#write(http, response)))
      .catch((error: unknown) => this.#failed(error));
  }

  #write(http: PlainHttpContext, response: HttpResponse): void {
    const { isLast, bounds } = this.#options;
    const { keepAliveTimeoutMillis } = bounds;
    const onWritten = (isWrittenLast: boolean): void => this.#answered(http, isWrittenLast);
    try {
      const terms = { isLast: isLast(), keepAliveTimeoutMillis };
      writeAnswer(this.#socket, { response, terms }, onWritten)?.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#socket.destroy();
    this.#options.onError?.(error);
  }

  #answered(http: PlainHttpContext, isLast: boolean): void {
    const socket = this.#socket;
    if (this.#running !== http) {
      return;
    }
    this.#running = undefined;
    this.#connection.unanswered = 0;
    http.end('written');
    if (isLast || this.#options.isClosing()) {
      socket.destroySoon();
    } else if (this.#heldBytes > 0) {
      this.#handOver();
    } else if (!this.#hasServed) {
      this.#hasServed = true;
      const { keepAliveTimeoutMillis: millis } = this.#options.bounds;
      socket.setTimeout(millis === 0 ? 0 : millis + KEEP_ALIVE_BUFFER_MILLIS);
    }
  }

  /** Whoever says no more is taken for gone, as by Node's own server. */
  #ended(): void {
    if (this.#running === undefined && this.#heldBytes > 0) {
      this.#refuse('HPE_INVALID_EOF_STATE');
    } else {
      this.#socket.end();
    }
  }

  #closed(): void {
    this.#leave();
    const http = this.#running;
    this.#running = undefined;
    http?.end('gone');
  }

  #timedOut(): void {
    if (this.#running !== undefined || this.#heldBytes > 0) {
      return;
    }
    if (this.#hasServed) {
      this.#socket.destroy();
    } else {
      this.#refuse('ERR_HTTP_REQUEST_TIMEOUT');
    }
  }

  #refuse(code: string): void {
    this.#leave();
    refuseBroken(this.#socket, code);
    this.#socket.resume();
  }

  #handOver(): void {
    const read = Buffer.concat(this.#held);
    this.#leave();
    this.#socket.pause();
    this.#options.handOver(this.#socket, this.#connection, read);
  }

  #forget(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#neededBytes = 0;
    if (this.#patience !== undefined) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
    }
  }

  /** Has nothing to do with its socket any more. */
  #leave(): void {
    const socket = this.#socket;
    this.#forget();
    socket.setTimeout(0);
    socket
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('close', this.#onClose)
      .off('timeout', this.#onTimeout);
    this.#options.onLeft(this);
  }
}

/** Whoever breaks a connection off closes it, too. */
function ignore(): void {}
