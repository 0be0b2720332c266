import { keptBytes } from '../../protocol/kept-bytes.ts';
import type { ListedResources, ResourceOwners } from './resource-owners.ts';

/** Bounds of {@link MemoryResourceOwners}. */
export interface MemoryResourceOwnersOptions {
  /** URIs, and beginnings of templates, remembered at once; default 10,000 of each. */
  readonly maxUris?: number;
}

const MAX_URIS = 10_000;
/** Bytes of all of them: URIs are the upstreams' words, and may be long. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Owners of resources in the memory of this process. */
export class MemoryResourceOwners implements ResourceOwners {
  readonly #owners = new Map<string, string>();
  readonly #prefixes = new Map<string, string>();
  readonly #maxUris: number;
  #bytes = 0;

  constructor({ maxUris = MAX_URIS }: MemoryResourceOwnersOptions = {}) {
    this.#maxUris = maxUris;
  }

  async note({ instanceId, uris, prefixes }: ListedResources): Promise<void> {
    uris.forEach((uri) => this.#remember(this.#owners, uri, instanceId));
    prefixes.forEach((prefix) => this.#remember(this.#prefixes, prefix, instanceId));
  }

  async ownerOf(uri: string): Promise<string | undefined> {
    return this.#owners.get(uri) ?? [...this.#prefixes].find(([prefix]) => uri.startsWith(prefix))?.[1];
  }

  #remember(map: Map<string, string>, key: string, instanceId: string): void {
    const bytes = this.#bytes + keptBytes(key);
    if (map.size < this.#maxUris && bytes <= MAX_BYTES && !map.has(key)) {
      this.#bytes = bytes;
      map.set(key, instanceId);
    }
  }
}
