/**
 * What is to be done at the end of a turn of the event loop, when everything that had come is read. Answers that are written
 * one after the other find their reader awake but for the first one: to wake it takes longer than to write.
 */
export class EndOfTurn {
  #waiting: (() => void)[] = [];

  /** @param work Never throws. */
  add(work: () => void): void {
    this.#waiting.push(work);
    if (this.#waiting.length === 1) {
      setImmediate(() => this.#come());
    }
  }

  #come(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) {
      work();
    }
  }
}
