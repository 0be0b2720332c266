/** What was quick is asked again each time. */
const QUICK_MILLIS = 100;
/** A sum may take a tenth of the time. */
const SHARE = 10;

/** An answer that took long is given again for a while: whoever looks at a page asks every few seconds. */
export class ReusedAnswer<Value> {
  readonly #now: () => number;
  #key: string | undefined;
  #value: Promise<Value> | undefined;
  #begin = 0;
  #until = 0;

  /** @param now Milliseconds that only grow. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The answer to the same question that is young enough, or a new one; one that failed is not kept. */
  get(key: string, ask: () => Promise<Value>): Promise<Value> {
    const begin = this.#now();
    // One that is on its way is shared once it has taken long: the rows of a moment ago are in any other.
    const isLong = begin > this.#begin + QUICK_MILLIS;
    if (this.#value !== undefined && this.#key === key && begin < this.#until && isLong) {
      return this.#value;
    }
    const value = ask();
    this.#key = key;
    this.#value = value;
    this.#begin = begin;
    this.#until = Number.POSITIVE_INFINITY;
    const note = (isKept: boolean): void => {
      if (this.#value === value) {
        const millis = this.#now() - begin;
        this.#until = isKept && millis > QUICK_MILLIS ? this.#now() + millis * SHARE : 0;
      }
    };
    value.then(
      () => note(true),
      () => note(false),
    );
    return value;
  }
}
