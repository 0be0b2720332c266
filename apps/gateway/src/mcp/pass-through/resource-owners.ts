import { isJsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import type { UpstreamNames } from './upstream-names.ts';

/** URIs remembered at once. */
const MAX_URIS = 10_000;

/** Which upstream listed a resource. Of two that list the same URI the first has it. */
export class ResourceOwners {
  readonly #names: UpstreamNames;
  readonly #owners = new Map<string, string>();
  /** Literal beginnings of templates. */
  readonly #prefixes = new Map<string, string>();

  constructor(names: UpstreamNames) {
    this.#names = names;
  }

  /** Remembers the items of a list of resources or templates. */
  note(upstream: Upstream, items: readonly JsonValue[]): void {
    for (const item of items) {
      const { uri, uriTemplate } = isJsonObject(item) ? item : {};
      if (typeof uri === 'string') {
        remember(this.#owners, uri, upstream);
      } else if (typeof uriTemplate === 'string') {
        remember(this.#prefixes, uriTemplate.split('{', 1)[0] ?? '', upstream);
      }
    }
  }

  /** The upstream that listed `uri`, or a template that it fits. */
  of(uri: string): Upstream | undefined {
    const id =
      this.#owners.get(uri) ?? [...this.#prefixes].find(([prefix]) => prefix !== '' && uri.startsWith(prefix))?.[1];
    return id === undefined ? undefined : this.#names.enabled().find(({ settings }) => settings.instanceId === id);
  }
}

function remember(map: Map<string, string>, key: string, { settings }: Upstream): void {
  if (map.size < MAX_URIS && !map.has(key)) {
    map.set(key, settings.instanceId);
  }
}
