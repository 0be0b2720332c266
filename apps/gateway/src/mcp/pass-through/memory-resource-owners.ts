import { OwnedKeys } from './owned-keys.ts';
import type { ListedResources, ResourceOwners } from './resource-owners.ts';

/** Bounds of {@link MemoryResourceOwners}. */
export interface MemoryResourceOwnersOptions {
  /** URIs, and beginnings of templates, remembered of one upstream; default 10,000 of each. */
  readonly maxUris?: number;
}

const MAX_URIS = 10_000;
/** UTF-16 units of the beginning of a template that tell whose it is: a lookup tries each length there is. */
const MAX_PREFIX_LENGTH = 512;

/** Owners of resources in the memory of this process. */
export class MemoryResourceOwners implements ResourceOwners {
  readonly #uris: OwnedKeys;
  readonly #prefixes: OwnedKeys;

  constructor({ maxUris = MAX_URIS }: MemoryResourceOwnersOptions = {}) {
    this.#uris = new OwnedKeys(maxUris);
    this.#prefixes = new OwnedKeys(maxUris);
  }

  async replace({ instanceId, uris, prefixes }: ListedResources): Promise<void> {
    if (uris !== undefined) {
      this.#uris.replace(instanceId, uris);
    }
    if (prefixes !== undefined) {
      this.#prefixes.replace(instanceId, prefixes.map(shortened));
    }
  }

  async add({ instanceId, uris = [], prefixes = [] }: ListedResources): Promise<void> {
    this.#uris.add(instanceId, uris);
    this.#prefixes.add(instanceId, prefixes.map(shortened));
  }

  async forget(instanceId: string): Promise<void> {
    this.#uris.forget(instanceId);
    this.#prefixes.forget(instanceId);
  }

  async ownersOf(uri: string): Promise<readonly string[]> {
    const listed = this.#uris.ownersOf(uri);
    return listed.length > 0 ? listed : this.#prefixes.ownersOfBeginning(uri);
  }
}

function shortened(prefix: string): string {
  return prefix.slice(0, MAX_PREFIX_LENGTH);
}
