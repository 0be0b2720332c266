/**
 * Remembers values by key, at most `maxEntries` of them; when it is full it starts over. What comes again and again is
 * back at once, and a hit costs one look-up, where keeping the order of use would cost three.
 */
export class Memo<Value, Key = string> {
  readonly #values = new Map<Key, Value>();
  readonly #maxEntries: number;

  /** @throws {RangeError} When `maxEntries` is not a positive integer. */
  constructor(maxEntries: number) {
    if (!Number.isInteger(maxEntries) || maxEntries < 1) {
      throw new RangeError(`maxEntries must be a positive integer, got ${maxEntries}`);
    }
    this.#maxEntries = maxEntries;
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key);
  }

  /** Remembers `value` and gives it back. */
  set(key: Key, value: Value): Value {
    if (this.#values.size >= this.#maxEntries) {
      this.#values.clear();
    }
    this.#values.set(key, value);
    return value;
  }
}

/**
 * Calls `create` once for each key and gives what came of it from then on.
 *
 * @throws {RangeError} When `maxEntries` is not a positive integer.
 */
export function memoize<Key, Value>(create: (key: Key) => Value, maxEntries: number): (key: Key) => Value {
  const memo = new Memo<Value, Key>(maxEntries);
  return (key) => memo.get(key) ?? memo.set(key, create(key));
}
