import { keptBytes } from '../../protocol/kept-bytes.ts';

/** Bytes of the keys of one upstream: they are its words, and may be long. */
const MAX_BYTES = 8 * 1024 * 1024;

/** What is remembered of one upstream. */
interface Held {
  readonly keys: Set<string>;
  bytes: number;
}

/** Keys with the upstreams that have them, in the order in which they came to have them. */
export class OwnedKeys {
  readonly #maxKeys: number;
  readonly #owners = new Map<string, readonly string[]>();
  readonly #held = new Map<string, Held>();
  /** How many keys have each length. */
  readonly #lengths: number[] = [];

  /** @param maxKeys Of one upstream: none takes the places of the others. */
  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys;
  }

  /** Whoever has the key, in the order in which they came to have it. */
  ownersOf(key: string): readonly string[] {
    return this.#owners.get(key) ?? [];
  }

  /** The owners of the longest key that `text` begins with. Looks at the lengths there are, however many keys have them. */
  ownersOfBeginning(text: string): readonly string[] {
    for (let length = Math.min(text.length, this.#lengths.length - 1); length > 0; length -= 1) {
      const owners = (this.#lengths[length] ?? 0) === 0 ? [] : this.ownersOf(text.slice(0, length));
      if (owners.length > 0) {
        return owners;
      }
    }
    return [];
  }

  replace(instanceId: string, keys: readonly string[]): void {
    const before = this.#held.get(instanceId)?.keys ?? new Set();
    const held: Held = { keys: new Set(), bytes: 0 };
    keys.forEach((key) => this.#keep(held, key));
    this.#held.set(instanceId, held);
    // What is listed again keeps its place before those that listed it later.
    [...before].filter((key) => !held.keys.has(key)).forEach((key) => this.#disown(instanceId, key));
    [...held.keys].filter((key) => !before.has(key)).forEach((key) => this.#own(instanceId, key));
  }

  add(instanceId: string, keys: readonly string[]): void {
    const held = this.#held.get(instanceId) ?? { keys: new Set(), bytes: 0 };
    this.#held.set(instanceId, held);
    keys.filter((key) => this.#keep(held, key)).forEach((key) => this.#own(instanceId, key));
  }

  forget(instanceId: string): void {
    this.replace(instanceId, []);
    this.#held.delete(instanceId);
  }

  /** False where it is there already, or there is no room. */
  #keep(held: Held, key: string): boolean {
    const bytes = held.bytes + keptBytes(key);
    if (held.keys.has(key) || held.keys.size >= this.#maxKeys || bytes > MAX_BYTES) {
      return false;
    }
    held.keys.add(key);
    held.bytes = bytes;
    return true;
  }

  #own(instanceId: string, key: string): void {
    const owners = this.#owners.get(key);
    this.#owners.set(key, [...(owners ?? []), instanceId]);
    if (owners === undefined) {
      this.#count(key, 1);
    }
  }

  #disown(instanceId: string, key: string): void {
    const owners = (this.#owners.get(key) ?? []).filter((owner) => owner !== instanceId);
    if (owners.length > 0) {
      this.#owners.set(key, owners);
    } else if (this.#owners.delete(key)) {
      this.#count(key, -1);
    }
  }

  #count({ length }: string, change: 1 | -1): void {
    this.#lengths[length] = (this.#lengths[length] ?? 0) + change;
  }
}
