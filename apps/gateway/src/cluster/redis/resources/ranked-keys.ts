/** Keys with the upstreams that have them, in the order of the ranks by which they came to have them. */
export class RankedKeys {
  /** The rank of each key for each of its owners. */
  readonly #owners = new Map<string, Map<string, number>>();
  readonly #held = new Map<string, ReadonlyMap<string, number>>();
  /** How many keys have each length. */
  readonly #lengths: number[] = [];

  /** Whoever has the key, the lowest rank first. */
  ownersOf(key: string): readonly string[] {
    const ranks = [...(this.#owners.get(key) ?? [])];
    return ranks.toSorted(([, one], [, other]) => one - other).map(([instanceId]) => instanceId);
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

  /** @param keys The keys of an upstream, with its rank for each. */
  replace(instanceId: string, keys: ReadonlyMap<string, number>): void {
    for (const key of this.#held.get(instanceId)?.keys() ?? []) {
      this.#disown(instanceId, key);
    }
    for (const [key, rank] of keys) {
      this.#own(instanceId, key, rank);
    }
    if (keys.size === 0) {
      this.#held.delete(instanceId);
    } else {
      this.#held.set(instanceId, keys);
    }
  }

  #own(instanceId: string, key: string, rank: number): void {
    const owners = this.#owners.get(key);
    if (owners === undefined) {
      this.#owners.set(key, new Map([[instanceId, rank]]));
      this.#lengths[key.length] = (this.#lengths[key.length] ?? 0) + 1;
    } else {
      owners.set(instanceId, rank);
    }
  }

  #disown(instanceId: string, key: string): void {
    const owners = this.#owners.get(key);
    owners?.delete(instanceId);
    if (owners?.size === 0) {
      this.#owners.delete(key);
      this.#lengths[key.length] = (this.#lengths[key.length] ?? 0) - 1;
    }
  }
}
