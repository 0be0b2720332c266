import type { ListedResources } from '../../../mcp/pass-through/resource-owners.ts';
import { keptBytes } from '../../../protocol/kept-bytes.ts';

/** Keys with the rank by which their upstream came to have each; one without a rank yet has {@link UNRANKED}. */
export type Ranks = ReadonlyMap<string, number>;

/** What is known of the lists of one upstream. */
export interface KnownLists {
  readonly instanceId: string;
  /** Of its last change; each change of any upstream has a higher one. */
  readonly revision: number;
  readonly uris: Ranks;
  readonly prefixes: Ranks;
}

/** How much is remembered of one upstream. */
export interface ListBounds {
  readonly maxUris: number;
  readonly maxBytes: number;
}

/** Stands for the revision that a list gets when it is written. */
export const UNRANKED = 0;
/** UTF-16 units of the beginning of a template that tell whose it is: a lookup tries each length there is. */
const MAX_PREFIX_LENGTH = 512;

/** What is known of an upstream once it has listed something; `undefined` where that is no news. */
export function withListed(
  known: KnownLists | undefined,
  { uris, prefixes }: ListedResources,
  { isWhole, ...bounds }: ListBounds & { readonly isWhole: boolean },
): Pick<KnownLists, 'uris' | 'prefixes'> | undefined {
  const before = {
    uris: known?.uris ?? new Map<string, number>(),
    prefixes: known?.prefixes ?? new Map<string, number>(),
  };
  const next = {
    uris: merged(before.uris, uris, { isWhole, ...bounds }),
    prefixes: merged(
      before.prefixes,
      prefixes?.map((prefix) => prefix.slice(0, MAX_PREFIX_LENGTH)),
      { isWhole, ...bounds },
    ),
  };
  const isNews = !isSame(before.uris, next.uris) || !isSame(before.prefixes, next.prefixes);
  return isNews ? next : undefined;
}

/** With the revision in the place of ranks that were not known when it was written. */
export function ranked(keys: Ranks, revision: number): Ranks {
  return new Map([...keys].map(([key, rank]) => [key, rank === UNRANKED ? revision : rank]));
}

/** What is listed again keeps its rank before those that listed it later. */
function merged(
  before: Ranks,
  listed: readonly string[] | undefined,
  { isWhole, maxUris, maxBytes }: ListBounds & { readonly isWhole: boolean },
): Ranks {
  if (listed === undefined) {
    return before;
  }
  const keys = new Map<string, number>();
  let bytes = 0;
  for (const key of isWhole ? listed : [...before.keys(), ...listed]) {
    const more = keptBytes(key);
    if (!keys.has(key) && keys.size < maxUris && bytes + more <= maxBytes) {
      keys.set(key, before.get(key) ?? UNRANKED);
      bytes += more;
    }
  }
  return keys;
}

function isSame(one: Ranks, other: Ranks): boolean {
  return one.size === other.size && [...one.keys()].every((key) => other.has(key));
}
