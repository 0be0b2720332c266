const POLL_MILLIS = 50;
/** How often there is progress to be told. */
const PROGRESS_MILLIS = 2_000;

export interface StartWatchOptions {
  readonly isStarting: () => boolean;
  /** Called every 2 s while something starts. */
  readonly onProgress: () => void;
  /** Called once nothing starts any more. */
  readonly onTried: () => void;
  /** Called after that; what a watch in the place of this one takes over. */
  readonly onEnd: () => void;
}

/** Looks whether servers still start. It holds no process open. */
export class StartWatch {
  readonly #options: StartWatchOptions;
  readonly #timer: NodeJS.Timeout;
  #looks = 0;

  constructor(options: StartWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), POLL_MILLIS).unref();
  }

  get onEnd(): () => void {
    return this.#options.onEnd;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { isStarting, onProgress, onTried, onEnd } = this.#options;
    this.#looks += 1;
    if (!isStarting()) {
      this.stop();
      onTried();
      onEnd();
    } else if (this.#looks % (PROGRESS_MILLIS / POLL_MILLIS) === 0) {
      onProgress();
    }
  }
}
