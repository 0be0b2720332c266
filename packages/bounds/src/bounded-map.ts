/**
 * What a full map does with a new key: `least_recently_used` lets the entry that was read or written longest ago go,
 * `refuse_new` keeps what is there (first come, first served).
 */
export type EvictionRule = 'least_recently_used' | 'refuse_new';

/** Options of {@link BoundedMap}. */
export interface BoundedMapOptions<K, V> {
  /** Bound in entries; a positive integer. */
  readonly maxEntries: number;
  /** Default `least_recently_used`. */
  readonly eviction?: EvictionRule;
  /** Told of each entry that had to leave for another; not of `delete` and `clear`. */
  readonly onEvict?: (key: K, value: V) => void;
}

/** A map that never holds more than `maxEntries` entries; `undefined` is not a value. */
export class BoundedMap<K, V extends object | string | number | bigint | boolean | symbol | null> {
  readonly #entries = new Map<K, V>();
  readonly #maxEntries: number;
  readonly #isLru: boolean;
  readonly #onEvict: ((key: K, value: V) => void) | undefined;
  #dropped = 0;

  /** @throws {RangeError} When `maxEntries` is not a positive integer. */
  constructor(options: BoundedMapOptions<K, V>) {
    const { maxEntries, eviction = 'least_recently_used', onEvict } = options;
    if (!Number.isInteger(maxEntries) || maxEntries < 1) {
      throw new RangeError(`maxEntries must be a positive integer, got ${maxEntries}`);
    }
    this.#maxEntries = maxEntries;
    this.#isLru = eviction === 'least_recently_used';
    this.#onEvict = onEvict;
  }

  /** How many entries it holds now. */
  get size(): number {
    return this.#entries.size;
  }

  /** How many entries left for another one, or were refused, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether `key` is there; not a use in the sense of `least_recently_used`. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** The value of `key`; reading it makes it the most recently used. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (this.#isLru && value !== undefined) {
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  /** The value of `key` without counting as a use. */
  peek(key: K): V | undefined {
    return this.#entries.get(key);
  }

  /** Sets `key`; false when the map is full and refuses new keys. */
  set(key: K, value: V): boolean {
    if (this.#entries.has(key)) {
      if (this.#isLru) {
        this.#entries.delete(key);
      }
    } else if (this.#entries.size >= this.#maxEntries) {
      this.#dropped += 1;
      if (!this.#isLru) {
        return false;
      }
      this.#evictOldest();
    }
    this.#entries.set(key, value);
    return true;
  }

  /** Removes `key`; false when it was not there. */
  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  /** Removes all entries; the count of dropped ones stays. */
  clear(): void {
    this.#entries.clear();
  }

  /** The keys, least recently used (or first come) first. */
  keys(): MapIterator<K> {
    return this.#entries.keys();
  }

  /** The values, least recently used (or first come) first. */
  values(): MapIterator<V> {
    return this.#entries.values();
  }

  /** The entries, least recently used (or first come) first. */
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.#entries[Symbol.iterator]();
  }

  #evictOldest(): void {
    const oldest = this.#entries.entries().next();
    if (oldest.done === true) {
      return;
    }
    const [key, value] = oldest.value;
    this.#entries.delete(key);
    this.#onEvict?.(key, value);
  }
}
