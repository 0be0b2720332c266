/** How many messages may come. */
export interface FloodGateOptions {
  /** At once, after a time of quiet. */
  readonly burst: number;
  readonly perSecond: number;
  /** Told when messages begin to be turned away, and when none has been for ten seconds. */
  onFlood(isFlood: boolean): void;
}

const QUIET_MILLIS = 10_000;

/** Lets messages through at a bounded rate (a token bucket), so that no upstream keeps the gateway and its clients busy. */
export class FloodGate {
  readonly #options: FloodGateOptions;
  #tokens: number;
  #filledAt = performance.now();
  #turnedAwayAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: FloodGateOptions) {
    this.#options = options;
    this.#tokens = options.burst;
  }

  /** Whether one more message may pass. */
  admits(): boolean {
    const { burst, perSecond } = this.#options;
    const now = performance.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filledAt) / 1_000) * perSecond);
    this.#filledAt = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    this.turnAway();
    return false;
  }

  /** Notes a message that does not pass, for whatever reason. */
  turnAway(): void {
    this.#turnedAwayAt = performance.now();
    if (this.#timer === undefined) {
      this.#options.onFlood(true);
      this.#watch(QUIET_MILLIS);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #watch(millis: number): void {
    this.#timer = setTimeout(() => {
      const quietMillis = performance.now() - this.#turnedAwayAt;
      if (quietMillis < QUIET_MILLIS) {
        this.#watch(QUIET_MILLIS - quietMillis);
        return;
      }
      this.#timer = undefined;
      this.#options.onFlood(false);
    }, millis).unref();
  }
}
