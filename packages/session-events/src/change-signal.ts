/** Tells listeners that something changed: at once after a quiet time, then at most once per interval. */
export class ChangeSignal {
  readonly #intervalMillis: number;
  readonly #listeners = new Set<() => void>();
  readonly #onError: (error: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDue = false;

  constructor(intervalMillis: number, onError: (error: unknown) => void) {
    this.#intervalMillis = intervalMillis;
    this.#onError = onError;
  }

  listen(listener: () => void): { close(): void } {
    // One function may listen twice; each subscription is closed by itself.
    const own = (): void => listener();
    this.#listeners.add(own);
    return { close: () => void this.#listeners.delete(own) };
  }

  raise(): void {
    if (this.#listeners.size === 0) {
      return;
    }
    if (this.#timer !== undefined) {
      this.#isDue = true;
      return;
    }
    this.#tell();
    this.#rest();
  }

  #rest(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isDue) {
        this.#isDue = false;
        this.#tell();
        this.#rest();
      }
    }, this.#intervalMillis);
    this.#timer.unref();
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
