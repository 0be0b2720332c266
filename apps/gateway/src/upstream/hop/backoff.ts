/** How long the pauses between tries are. */
export interface BackoffOptions {
  /** Default 250 ms. */
  readonly baseMillis?: number;
  /** Default 30 s. */
  readonly maxMillis?: number;
  readonly random: () => number;
}

/** The pause before try number `attempt` (from 0): doubles up to the maximum, and lies between half of that and all of it. */
export function backoffMillis(attempt: number, options: BackoffOptions): number {
  const { baseMillis = 250, maxMillis = 30_000, random } = options;
  const full = Math.min(maxMillis, baseMillis * 2 ** Math.min(attempt, 30));
  // The first pause is never shorter than the base, because a child that dies at once must not be started in a loop.
  return Math.max(Math.min(baseMillis, maxMillis), Math.round(full / 2 + (random() * full) / 2));
}

/** Runs something again after pauses that grow with each try. Does not keep the process alive. */
export class RetryTimer {
  readonly #options: BackoffOptions;
  readonly #run: () => void;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BackoffOptions, run: () => void) {
    this.#options = options;
    this.#run = run;
  }

  /** Runs it after the next pause, which is `minMillis` at least; replaces a run that is waited for. */
  runLater(minMillis = 0): void {
    const pause = Math.max(minMillis, backoffMillis(this.#attempts, this.#options));
    this.#attempts += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#run, pause).unref();
  }

  /** Begins with the shortest pause again. */
  reset(): void {
    this.#attempts = 0;
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
