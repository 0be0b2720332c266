/** How long a body may still come that is waited for no more: what was sent before is on its way. */
const ARRIVAL_MILLIS = 250;

/** The bodies that one server waits for, and the moment from which it waits for none. */
export class AwaitedBodies {
  readonly #readings = new Set<() => void>();
  #isEnded = false;

  /** Begins a reading; the function given back ends it. @param giveUp Called when nobody waits for the rest any more. */
  open(giveUp: () => void): () => void {
    if (this.#isEnded) {
      const timer = setTimeout(giveUp, ARRIVAL_MILLIS);
      return () => clearTimeout(timer);
    }
    this.#readings.add(giveUp);
    return () => this.#readings.delete(giveUp);
  }

  /** Gives up what has not come in a moment, now and from now on. Idempotent. */
  end(): void {
    if (!this.#isEnded) {
      this.#isEnded = true;
      setTimeout(() => this.#readings.forEach((giveUp) => giveUp()), ARRIVAL_MILLIS);
    }
  }
}
