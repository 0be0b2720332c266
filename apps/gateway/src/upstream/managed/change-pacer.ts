/** Several changes within this time are one. */
const MIN_PAUSE_MILLIS = 50;
/** A tool that changed is offered as it was for no longer than this; reading a long list again has a pause of its own. */
const MAX_PAUSE_MILLIS = 1_000;
/** After this time without a change the shortest pause counts again. */
const QUIET_MILLIS = 10_000;
/** How many times as long as the work takes its pause is at least: changes without end leave most of the time to the calls. */
const WORK_FACTOR = 10;
const MAX_WORK_PAUSE_MILLIS = 60_000;

/** Runs what a change asks for, soon; changes that do not end are served after pauses that double. */
export class ChangePacer {
  readonly #run: () => Promise<void> | void;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isWanted = false;
  #pauses = 0;
  #endedAt = -Infinity;
  #workMillis = 0;

  /** @param onError Told what `run` throws; the next change is served all the same. */
  constructor(run: () => Promise<void> | void, onError: (error: unknown) => void) {
    this.#run = run;
    this.#onError = onError;
  }

  changed(): void {
    this.#isWanted = true;
    if (this.#timer === undefined && !this.#isRunning) {
      this.#schedule();
    }
  }

  cancel(): void {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (performance.now() - this.#endedAt > QUIET_MILLIS) {
      this.#pauses = 0;
      this.#workMillis = 0;
    }
    const pause = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS * 2 ** Math.min(this.#pauses, 10));
    const workPause = Math.min(MAX_WORK_PAUSE_MILLIS, WORK_FACTOR * this.#workMillis);
    this.#pauses += 1;
    this.#timer = setTimeout(() => void this.#serve(), Math.max(pause, workPause)).unref();
  }

  async #serve(): Promise<void> {
    this.#timer = undefined;
    this.#isWanted = false;
    this.#isRunning = true;
    const startedAt = performance.now();
    try {
      await this.#run();
    } catch (error) {
      this.#onError(error);
    }
    this.#isRunning = false;
    this.#endedAt = performance.now();
    this.#workMillis = this.#endedAt - startedAt;
    if (this.#isWanted) {
      this.#schedule();
    }
  }
}
