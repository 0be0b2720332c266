interface Box<V> {
  value: V | undefined;
}

/**
 * What is under way, by its id: entries come and go all the time, and each is garbage once it is gone.
 *
 * Of a `Map` it would not be. One that is used so moves to a new table every few entries, and in a map that has lived for
 * long V8 makes each table in the old generation. Those before stay there, with what was under way when they were left and
 * all that hangs on it, until a full collection; so these tables hold boxes, which are emptied.
 */
export class PendingMap<K extends number | string | bigint | undefined, V extends object> {
  readonly #boxes = new Map<K, Box<V>>();

  /** How many are under way. */
  get size(): number {
    return this.#boxes.size;
  }

  /** The one of `key`. */
  get(key: K): V | undefined {
    return this.#boxes.get(key)?.value;
  }

  /** Begins; what had the same key before is let go. */
  set(key: K, value: V): void {
    this.delete(key);
    this.#boxes.set(key, { value });
  }

  /** Ends; false when it was not there. */
  delete(key: K): boolean {
    const box = this.#boxes.get(key);
    if (box === undefined) {
      return false;
    }
    box.value = undefined;
    return this.#boxes.delete(key);
  }

  /** Ends all of them. */
  clear(): void {
    for (const key of this.#boxes.keys()) {
      this.delete(key);
    }
  }

  /** What is under way, first come first; it may end while this is read. */
  *values(): Generator<V, void, undefined> {
    for (const { value } of this.#boxes.values()) {
      if (value !== undefined) {
        yield value;
      }
    }
  }
}
