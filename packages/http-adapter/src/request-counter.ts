import type { Attributes, Counter } from '@opentelemetry/api';

/**
 * A counter that adds up until somebody collects. The SDK asks its observable callbacks before it collects anything, so
 * what is handed over in one of them is in that very collection; `Counter.add` serializes its attributes each time, which
 * costs more than all the rest of counting.
 */
export class RequestCounter {
  readonly #counter: Counter;
  readonly #waiting = new Map<Attributes, number>();
  #isOpen = true;

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  /** Counts one. @param attributes The same object for equal attributes: they are told apart by identity. */
  add(attributes: Attributes): void {
    const waiting = this.#waiting.get(attributes);
    // The SDK takes the first measurement of a series for its start time: that one must not wait.
    if (waiting === undefined || !this.#isOpen) {
      this.#counter.add(1, attributes);
      this.#waiting.set(attributes, waiting ?? 0);
    } else {
      this.#waiting.set(attributes, waiting + 1);
    }
  }

  /** Hands over what waits. */
  flush(): void {
    for (const [attributes, count] of this.#waiting) {
      if (count > 0) {
        this.#counter.add(count, attributes);
        this.#waiting.set(attributes, 0);
      }
    }
  }

  /** Hands over what waits; from now on nothing waits any more. */
  close(): void {
    this.#isOpen = false;
    this.flush();
  }
}
