/**
 * Remembers values by text, at most `maxEntries` of them; when it is full it starts over. What comes again and again is
 * back at once, and a hit costs one look-up, where keeping the order of use would cost three.
 */
export class Memo<Value> {
  readonly #values = new Map<string, Value>();
  readonly #maxEntries: number;

  /** @param maxEntries A positive integer. */
  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** Remembers `value` and gives it back. */
  set(key: string, value: Value): Value {
    if (this.#values.size >= this.#maxEntries) {
      this.#values.clear();
    }
    this.#values.set(key, value);
    return value;
  }
}
