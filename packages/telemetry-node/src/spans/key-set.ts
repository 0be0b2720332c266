/** Names of attributes; the same ones come together again and again, and what two of these make is found out once. */
export class KeySet {
  readonly #keys: ReadonlySet<string>;
  readonly #unions = new WeakMap<KeySet, KeySet | false>();

  constructor(keys: Iterable<string>) {
    this.#keys = new Set(keys);
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Both together; `false` where they have a name in common. */
  union(other: KeySet): KeySet | false {
    const known = this.#unions.get(other);
    if (known !== undefined) {
      return known;
    }
    const isApart = [...this.#keys].every((key) => !other.has(key));
    const union = isApart && new KeySet([...this.#keys, ...other.#keys]);
    this.#unions.set(other, union);
    return union;
  }
}

export const NO_KEYS: KeySet = new KeySet([]);

/** More than the spans of a process have kinds of shared attributes; what comes then is looked at as often as it comes. */
const MAX_KNOWN = 1_000;
const known = new Map<string, KeySet>();

/** One for the same names in the same order. */
export function keySetOf(keys: readonly string[]): KeySet {
  const name = JSON.stringify(keys);
  let set = known.get(name);
  if (set === undefined) {
    set = new KeySet(keys);
    if (known.size < MAX_KNOWN) {
      known.set(name, set);
    }
  }
  return set;
}
