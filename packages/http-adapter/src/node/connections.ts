import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerBrokenRequest, refuseConnection, refuseTunnel } from './wire-answers.ts';

/** Requests of one connection that may wait behind the one that is answered; past it nothing more is read. */
const MAX_WAITING = 64;

/** Past it the connection is cut: what stood in one read (64 KiB) may be more than {@link MAX_WAITING} requests. */
const MAX_WAITING_IN_ONE_READ = 256;

/** Bytes that a caller with bytes waiting must take in each `slowReaderMillis`; what was written at once (1 MiB at most) counts when all of it is. */
const MIN_TAKEN_BYTES = 65_536;

/** How often slow readers are looked for, at most, in milliseconds. */
const MAX_CHECK_MILLIS = 5000;

/** Bounds of {@link Connections}. */
export interface ConnectionBounds {
  readonly maxConnections: number;
  readonly slowReaderMillis: number;
  /** Told when connections begin to be refused, and when one is taken again. */
  readonly onFull: ((isFull: boolean) => void) | undefined;
}

interface Connection {
  readonly address: string | undefined;
  /** The answer that is under way. */
  running: ServerResponse | undefined;
  /** The request that came last. */
  last: IncomingMessage | undefined;
  /** Requests that are not answered yet. */
  unanswered: number;
  /** Nothing more is read until some of them are. */
  isHeld: boolean;
  /** Since when bytes have been waiting, and how many had been taken then. */
  slow: { readonly since: number; readonly takenBytes: number } | undefined;
}

/**
 * The connections of one server: how many there may be, which one makes room, how many requests wait on one, and how
 * slowly an answer may be read. One that waits for an answer or listens to a stream may do so for any time.
 */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #open = new Map<Socket, Connection>();
  readonly #perAddress = new Map<string | undefined, number>();
  #onNone: (() => void) | undefined;
  /** How many there were when one was refused; absent while there is room. */
  #fullAt: number | undefined;

  constructor(server: Server, bounds: ConnectionBounds) {
    this.#bounds = bounds;
    server.on('connection', (socket) => this.#take(socket));
    server.on('clientError', (error, socket: Socket) => answerBrokenRequest(error, socket, this.#open.get(socket)));
    server.on('connect', (_message, socket: Socket) => refuseTunnel(socket));
    // A server that can't listen tells no 'close': a timer that ran before would keep it, and all behind it, for good.
    server.on('listening', () => this.#watchSlowReaders(server));
  }

  #watchSlowReaders(server: Server): void {
    const timer = setInterval(
      () => this.#cutSlowReaders(performance.now()),
      Math.min(MAX_CHECK_MILLIS, this.#bounds.slowReaderMillis / 4),
    );
    timer.unref();
    server.once('close', () => clearInterval(timer));
  }

  get count(): number {
    return this.#open.size;
  }

  /** Resolves when none is open. */
  whenNone(): Promise<void> {
    return this.#open.size === 0 ? Promise.resolve() : new Promise((resolve) => (this.#onNone = resolve));
  }

  /** Runs `answer` when its turn comes: requests that are sent without waiting for answers are answered one by one. */
  onRequest(message: IncomingMessage, target: ServerResponse, answer: () => void): void {
    const { socket } = message;
    const connection = this.#open.get(socket);
    if (connection === undefined) {
      // It was refused, whatever it sends.
      message.resume();
      return;
    }
    connection.unanswered += 1;
    connection.last = message;
    target.on('close', () => {
      connection.unanswered -= 1;
      if (connection.running === target) {
        connection.running = undefined;
      }
      letOn(socket, connection);
    });
    const run = (): void => {
      connection.running = target;
      answer();
    };
    // Node gives an answer its socket when all before it are written.
    if (target.socket !== null) {
      run();
    } else if (connection.unanswered > MAX_WAITING_IN_ONE_READ) {
      socket.destroy();
    } else {
      target.once('socket', run);
      holdBack(socket, connection);
    }
  }

  #take(socket: Socket): void {
    const { remoteAddress: address } = socket;
    if (!this.#makeRoom(address)) {
      this.#refused();
      refuseConnection(socket);
      return;
    }
    this.#taken();
    const connection: Connection = {
      address,
      running: undefined,
      last: undefined,
      unanswered: 0,
      isHeld: false,
      slow: undefined,
    };
    this.#open.set(socket, connection);
    this.#perAddress.set(address, this.#countOf(address) + 1);
    socket.once('close', () => this.#leave(socket));
    // Node resumes a socket with each answer.
    socket.on('resume', () => holdBack(socket, connection));
  }

  #leave(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) {
      return;
    }
    const { address } = connection;
    this.#open.delete(socket);
    const left = this.#countOf(address) - 1;
    if (left === 0) {
      this.#perAddress.delete(address);
    } else {
      this.#perAddress.set(address, left);
    }
    if (this.#open.size === 0) {
      this.#onNone?.();
    }
  }

  #countOf(address: string | undefined): number {
    return this.#perAddress.get(address) ?? 0;
  }

  /** One address has at most half of the places, so that others get in. Whoever waits for nothing makes room, the oldest first. */
  #makeRoom(address: string | undefined): boolean {
    const { maxConnections } = this.#bounds;
    if (this.#countOf(address) >= Math.ceil(maxConnections / 2)) {
      return this.#cutIdle((connection) => connection.address === address);
    }
    return this.#open.size < maxConnections || this.#cutIdle(() => true);
  }

  #cutIdle(isMeant: (connection: Connection) => boolean): boolean {
    for (const [socket, connection] of this.#open) {
      if (connection.unanswered === 0 && isMeant(connection)) {
        this.#leave(socket);
        socket.destroy();
        return true;
      }
    }
    return false;
  }

  #refused(): void {
    if (this.#fullAt === undefined) {
      this.#fullAt = this.#open.size;
      this.#bounds.onFull?.(true);
    }
  }

  /** Room counts as room again when a tenth of the places is free: else each that comes and goes would be told. */
  #taken(): void {
    if (this.#fullAt !== undefined && this.#open.size < this.#fullAt * 0.9) {
      this.#fullAt = undefined;
      this.#bounds.onFull?.(false);
    }
  }

  #cutSlowReaders(now: number): void {
    for (const [socket, connection] of this.#open) {
      if (isTooSlow(socket, connection, { now, slowReaderMillis: this.#bounds.slowReaderMillis })) {
        socket.destroy();
      }
    }
  }
}

function holdBack(socket: Socket, connection: Connection): void {
  if (connection.unanswered > MAX_WAITING) {
    connection.isHeld = true;
    socket.pause();
  }
}

function letOn(socket: Socket, connection: Connection): void {
  if (connection.isHeld && connection.unanswered <= MAX_WAITING) {
    connection.isHeld = false;
    socket.resume();
  }
}

interface Moment {
  readonly now: number;
  readonly slowReaderMillis: number;
}

function isTooSlow(socket: Socket, connection: Connection, { now, slowReaderMillis }: Moment): boolean {
  const { writableLength } = socket;
  if (writableLength === 0) {
    connection.slow = undefined;
    return false;
  }
  const takenBytes = socket.bytesWritten - writableLength;
  const { slow } = connection;
  if (slow === undefined || takenBytes - slow.takenBytes >= MIN_TAKEN_BYTES) {
    connection.slow = { since: now, takenBytes };
    return false;
  }
  return now - slow.since >= slowReaderMillis;
}
