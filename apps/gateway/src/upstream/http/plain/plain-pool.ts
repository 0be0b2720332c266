import { errors } from 'undici';
import { PlainConnection, type PlainConnectionOptions } from './plain-connection.ts';
import type { PlainRequest } from './plain-request.ts';

export interface PlainPoolOptions {
  /** Bound of connections; what comes past it waits its turn. */
  readonly connections: number;
  readonly connect: PlainConnectionOptions['connect'];
}

/** How often idle connections are looked through: much sooner than a server closes one after it said how long it keeps it. */
const SWEEP_MILLIS = 500;

/**
 * Connections to one server, and the requests that wait for one, first come first served.
 *
 * Requests go out at the end of a turn of the event loop, when everything that had come is read: so a connection that the
 * server has closed is known to be, and what it says unasked is not taken for an answer. For the same reason a connection
 * rests for a turn after an answer.
 */
export class PlainPool {
  readonly #options: PlainPoolOptions;
  readonly #all = new Set<PlainConnection>();
  #waiting: PlainRequest[] = [];
  /** Those that have answered in this turn. */
  #resting: PlainConnection[] = [];
  /** The one used last is used next: the others may then be closed for being idle. */
  #idle: PlainConnection[] = [];
  #isTurnPlanned = false;
  #sweep: NodeJS.Timeout | undefined;
  #isDestroyed = false;

  constructor(options: PlainPoolOptions) {
    this.#options = options;
  }

  dispatch(request: PlainRequest): void {
    if (this.#isDestroyed) {
      request.fail(new errors.ClientDestroyedError());
      return;
    }
    this.#waiting.push(request);
    this.#planTurn();
  }

  destroy(): void {
    this.#isDestroyed = true;
    clearTimeout(this.#sweep);
    const error = new errors.ClientDestroyedError();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const request of waiting) {
      request.fail(error);
    }
    for (const connection of this.#all) {
      connection.close(error);
    }
  }

  #planTurn(): void {
    if (!this.#isTurnPlanned) {
      this.#isTurnPlanned = true;
      setImmediate(() => this.#endTurn());
    }
  }

  #endTurn(): void {
    this.#isTurnPlanned = false;
    this.#sendWaiting();
    if (this.#resting.length > 0) {
      this.#idle.push(...this.#resting);
      this.#resting = [];
      this.#sweep ??= setTimeout(() => this.#closeIdle(), SWEEP_MILLIS).unref();
      if (this.#waiting.length > 0) {
        this.#planTurn();
      }
    }
  }

  #sendWaiting(): void {
    let sent = 0;
    for (const request of this.#waiting) {
      // Those that rest are enough for as many of the last as there are.
      const mayOpen = this.#waiting.length - sent > this.#resting.length;
      const connection = request.isOver ? undefined : this.#take(mayOpen);
      if (connection === undefined && !request.isOver) {
        break;
      }
      connection?.send(request);
      sent += 1;
    }
    this.#waiting = sent === this.#waiting.length ? [] : this.#waiting.slice(sent);
  }

  #take(mayOpen: boolean): PlainConnection | undefined {
    const now = performance.now();
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.idleUntil > now) {
        return connection;
      }
      connection.close(new errors.InformationalError('socket idle timeout'));
    }
    return mayOpen && this.#all.size < this.#options.connections ? this.#open() : undefined;
  }

  #open(): PlainConnection {
    const connection = new PlainConnection({
      connect: this.#options.connect,
      onFree: (freed) => {
        this.#resting.push(freed);
        this.#planTurn();
      },
      onClosed: (closed) => this.#onClosed(closed),
    });
    this.#all.add(connection);
    return connection;
  }

  #onClosed(connection: PlainConnection): void {
    this.#all.delete(connection);
    this.#idle = this.#idle.filter((idle) => idle !== connection);
    this.#resting = this.#resting.filter((resting) => resting !== connection);
    if (this.#waiting.length > 0 && !this.#isDestroyed) {
      this.#planTurn();
    }
  }

  #closeIdle(): void {
    this.#sweep = undefined;
    const now = performance.now();
    for (const connection of this.#idle.filter(({ idleUntil }) => idleUntil <= now)) {
      connection.close(new errors.InformationalError('socket idle timeout'));
    }
    if (this.#idle.length > 0) {
      this.#sweep = setTimeout(() => this.#closeIdle(), SWEEP_MILLIS).unref();
    }
  }
}
