/** Keeps the newest `capacity` items; the oldest one falls out first. */
export class RingBuffer<T> {
  readonly #capacity: number;
  #items: T[] = [];
  #oldest = 0; // index of the oldest item once the buffer is full
  #dropped = 0;

  /** @throws {RangeError} When `capacity` is not a positive integer. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`capacity must be a positive integer, got ${capacity}`);
    }
    this.#capacity = capacity;
  }

  /** How many items it can hold. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many items it holds now. */
  get size(): number {
    return this.#items.length;
  }

  /** How many items fell out since the start, to be reported by whoever owns the buffer. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Adds an item; gives back the one that had to leave for it, if any. */
  push(item: T): T | undefined {
    if (this.#items.length < this.#capacity) {
      this.#items.push(item);
      return undefined;
    }
    const evicted = this.#items[this.#oldest];
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
    this.#dropped += 1;
    return evicted;
  }

  /** All items, oldest first. */
  toArray(): T[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }

  /** The newest `maxItems` items, newest first. */
  newest(maxItems: number): T[] {
    const oldestFirst = this.toArray();
    return oldestFirst.slice(Math.max(0, oldestFirst.length - maxItems)).toReversed();
  }

  /** Forgets all items; the count of dropped ones stays. */
  clear(): void {
    this.#items = [];
    this.#oldest = 0;
  }

  /** Iterates oldest first over the items of the moment the iteration began. */
  [Symbol.iterator](): Iterator<T> {
    return this.toArray().values();
  }
}
