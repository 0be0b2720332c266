import type { Socket } from 'node:net';
import { refuseConnection } from './wire-answers.ts';

/** Bytes that a caller with bytes waiting must take in each `slowReaderMillis`; what was written at once (1 MiB at most) counts when all of it is. */
const MIN_TAKEN_BYTES = 65_536;

/** How often slow readers are looked for, at most, in milliseconds. */
const MAX_CHECK_MILLIS = 5000;

/** Bounds of {@link Connections}. */
export interface ConnectionBounds {
  readonly maxConnections: number;
  readonly slowReaderMillis: number;
  /** Told when connections begin to be refused, and when one is taken again. */
  readonly onFull?: ((isFull: boolean) => void) | undefined;
}

/** One that has a place. */
export interface Connection {
  readonly address: string | undefined;
  /** Requests that are not answered yet. */
  unanswered: number;
  /** Since when bytes have been waiting, and how many had been taken then. */
  slow: { readonly since: number; readonly takenBytes: number } | undefined;
}

/**
 * The connections of one server, whoever reads them: how many there may be, which one makes room, and how slowly an
 * answer may be read. One that waits for an answer or listens to a stream may do so for any time.
 */
export class Connections {
  readonly #bounds: ConnectionBounds;
  readonly #open = new Map<Socket, Connection>();
  readonly #perAddress = new Map<string | undefined, number>();
  readonly #watch: NodeJS.Timeout;
  #onNone: (() => void) | undefined;
  /** How many there were when one was refused; absent while there is room. */
  #fullAt: number | undefined;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
    this.#watch = setInterval(
      () => this.#cutSlowReaders(performance.now()),
      Math.min(MAX_CHECK_MILLIS, bounds.slowReaderMillis / 4),
    );
    this.#watch.unref();
  }

  get count(): number {
    return this.#open.size;
  }

  /** Gives a connection its place; where there is none it is refused, whatever it sends. */
  take(socket: Socket): Connection | undefined {
    const { remoteAddress: address } = socket;
    if (!this.#makeRoom(address)) {
      this.#refused();
      refuseConnection(socket);
      return undefined;
    }
    this.#taken();
    const connection: Connection = { address, unanswered: 0, slow: undefined };
    this.#open.set(socket, connection);
    this.#perAddress.set(address, this.#countOf(address) + 1);
    socket.once('close', () => this.#leave(socket));
    return connection;
  }

  /** Resolves when none is open any more; those that are after `graceMillis` are cut. */
  async close(graceMillis: number): Promise<void> {
    const cutOff = setTimeout(() => this.#open.forEach((_, socket) => socket.destroy()), graceMillis);
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => (this.#onNone = resolve));
    }
    clearTimeout(cutOff);
    clearInterval(this.#watch);
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
