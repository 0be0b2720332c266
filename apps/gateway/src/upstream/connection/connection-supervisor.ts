import { messageOf } from '../../protocol/thrown-error.ts';
import { RetryTimer } from '../hop/backoff.ts';
import { shuttingDown, unreachable } from '../hop/failures.ts';
import type { HopFailure } from '../upstream.ts';
import type { Connection } from './connection.ts';
import type { OpenedConnection } from './open-connection.ts';

/** A connection that held this long starts its next series of tries from the shortest pause. */
const STABLE_AFTER_MILLIS = 10_000;

const LOST_AT_ONCE = unreachable('The connection was lost as soon as it was there').failure;

export interface ConnectionSupervisorOptions {
  /** Connects; told by `signal` when nobody wants the outcome any more. */
  open(signal: AbortSignal): Promise<OpenedConnection>;
  readonly random: () => number;
  /** The longest pause between two tries. */
  readonly maxPauseMillis: number;
  onAttempt(): void;
  /** There is a connection; it is handed out once this has resolved. Where it rejects, the try has failed. */
  onUp(connection: Connection): Promise<void>;
  onFailed(failure: HopFailure): void;
  /** The connection is gone: it was lost, or is no longer wanted. */
  onDown(connection: Connection, end: { readonly isLost: boolean; readonly durationSeconds: number }): void;
}

/** Keeps one connection to an upstream open: connects, and connects again with growing pauses when it is lost. */
export class ConnectionSupervisor {
  readonly #options: ConnectionSupervisorOptions;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  /** The last connection that was handed out. */
  #up: Connection | undefined;
  #connectedAt = 0;
  readonly #retry: RetryTimer;
  #isStarted = false;
  #attempt: Promise<void> | undefined;
  #waiters = new Set<(failure: HopFailure | undefined) => void>();

  constructor(options: ConnectionSupervisorOptions) {
    this.#options = options;
    this.#retry = new RetryTimer({ random: options.random, maxMillis: options.maxPauseMillis }, () => this.#try());
  }

  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** True once the connection is handed out: what its first questions tell is known. */
  get isUp(): boolean {
    return this.#connection !== undefined && this.#connection === this.#up;
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  begin(): void {
    if (!this.#isStarted && !this.#closing.signal.aborted) {
      this.#isStarted = true;
      this.#try();
    }
  }

  /** Waits for the outcome of the running, or else the next, try. */
  whenUp(timeoutMillis: number, toFailure: () => HopFailure): Promise<HopFailure | undefined> {
    if (this.isUp) {
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      const finish = (failure: HopFailure | undefined): void => {
        clearTimeout(timer);
        this.#waiters.delete(finish);
        resolve(failure);
      };
      const timer = setTimeout(() => finish(toFailure()), timeoutMillis);
      this.#waiters.add(finish);
    });
  }

  /** The connection is gone: another one is tried for. */
  lost(reason: string): void {
    const connection = this.#connection;
    if (connection === undefined || this.#closing.signal.aborted) {
      return;
    }
    this.#connection = undefined;
    if (performance.now() - this.#connectedAt > STABLE_AFTER_MILLIS) {
      this.#retry.reset();
    }
    this.#down(connection, true);
    void connection.close();
    this.#options.onFailed(unreachable(reason).failure);
    this.#retry.runLater();
  }

  /** Where there is no connection, and none is tried for, one is tried for at once. */
  retryNow(): void {
    if (
      this.#isStarted &&
      this.#connection === undefined &&
      this.#attempt === undefined &&
      !this.#closing.signal.aborted
    ) {
      this.#retry.reset();
      this.#retry.cancel();
      this.#try();
    }
  }

  /** Whoever waits for a connection is told to wait no longer. */
  endWaits(): void {
    this.#tell(shuttingDown().failure);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#retry.cancel();
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) {
      this.#down(connection, false);
    }
    this.endWaits();
    await Promise.all([connection?.close(), this.#attempt]);
  }

  #down(connection: Connection, isLost: boolean): void {
    this.#options.onDown(connection, { isLost, durationSeconds: (performance.now() - this.#connectedAt) / 1000 });
  }

  #try(): void {
    this.#options.onAttempt();
    const attempt = this.#connect().finally(() => {
      // A connection that was lost meanwhile is tried for again already: `close` waits for that try.
      if (this.#attempt === attempt) {
        this.#attempt = undefined;
      }
    });
    this.#attempt = attempt;
  }

  async #connect(): Promise<void> {
    const opened = await this.#open();
    if (this.#closing.signal.aborted) {
      await (opened.ok ? opened.connection.close() : undefined);
      return;
    }
    if (!opened.ok) {
      this.#options.onFailed(opened.failure);
      if (opened.isInvited !== true) {
        this.#tell(opened.failure);
      }
      this.#retry.runLater();
      return;
    }
    this.#connection = opened.connection;
    this.#connectedAt = performance.now();
    const failure = await this.#whyNotUp(opened.connection);
    if (failure === undefined) {
      this.#up = opened.connection;
    }
    this.#tell(this.isUp ? undefined : (failure ?? LOST_AT_ONCE));
  }

  /** What an upstream answers to the first questions may be what nobody has foreseen: that fails the try, not the gateway. */
  async #whyNotUp(connection: Connection): Promise<HopFailure | undefined> {
    try {
      await this.#options.onUp(connection);
      return undefined;
    } catch (error) {
      const reason = `Its first answers could not be taken: ${messageOf(error)}`;
      if (this.#connection === connection) {
        this.lost(reason);
      }
      return unreachable(reason).failure;
    }
  }

  async #open(): Promise<OpenedConnection> {
    try {
      return await this.#options.open(this.#closing.signal);
    } catch (error) {
      // Settings that the platform refuses: an invalid URL, a null byte in an argument.
      return unreachable(error instanceof Error ? error.message : 'could not be started');
    }
  }

  #tell(failure: HopFailure | undefined): void {
    for (const waiter of this.#waiters) {
      waiter(failure);
    }
  }
}
