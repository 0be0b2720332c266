import type { FencedLock } from './fenced-lock.ts';

/** What a janitor goes by. */
export interface JanitorOptions {
  readonly lock: Pick<FencedLock, keyof FencedLock>;
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number;
  /** What is done each time that the lock is taken or renewed; its writes carry the token. */
  readonly duty: (token: string) => Promise<void>;
  /** Told of what the duty throws, but for Redis that is away. */
  readonly onError: (error: unknown) => void;
}

/** After which a lock that is not renewed is free. */
export const LOCK_MILLIS = 10_000;
const RENEWAL_MILLIS = 3_000;
/** A renewal that is later than that may find the lock with another one: the rest of its time is a margin. */
const LATE_MILLIS = 7_000;

/** The one of all gateways at one Redis that decides for all of them, or one that waits to be it. */
export class Janitor {
  readonly #options: JanitorOptions;
  #timer: NodeJS.Timeout | undefined;
  #held: { readonly token: string; readonly at: number } | undefined;
  #turn: Promise<void> | undefined;

  constructor(options: JanitorOptions) {
    this.#options = options;
  }

  /** Takes its turn, now and every few seconds. Never rejects. */
  begin(): Promise<void> {
    this.#timer ??= setInterval(() => void this.turn(), RENEWAL_MILLIS).unref();
    return this.turn();
  }

  /** By which this gateway writes for all; absent where another one is the janitor, or this one can't know. */
  get token(): string | undefined {
    const held = this.#held;
    const isSure = held !== undefined && this.#options.monotonic() - held.at < LATE_MILLIS;
    return isSure ? held.token : undefined;
  }

  /** Takes the lock where it is free, or renews it, and does its duty. One at a time; never rejects. */
  turn(): Promise<void> {
    this.#turn ??= this.#take().finally(() => (this.#turn = undefined));
    return this.#turn;
  }

  /** Gives the lock back, so that another gateway need not wait. Never rejects. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
    const held = this.#held;
    this.#held = undefined;
    await (held && this.#options.lock.release(held.token).catch(() => undefined));
  }

  async #take(): Promise<void> {
    const { lock, monotonic, duty, onError } = this.#options;
    // Counted from before the question: Redis can't have begun to count earlier.
    const at = monotonic();
    try {
      const before = this.#held?.token;
      const isKept = before !== undefined && (await lock.renew(before));
      const token = isKept ? before : await lock.acquire();
      this.#held = token === undefined ? undefined : { token, at };
    } catch {
      // Redis is away: what is held goes on until it may be another's.
      return;
    }
    const { token } = this;
    await (token && duty(token).catch(onError));
  }
}
