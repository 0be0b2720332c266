/** What one upstream listed of its resources; a list that is absent was not read. */
export interface ListedResources {
  readonly instanceId: string;
  readonly uris?: readonly string[];
  /** Literal beginnings of its templates. */
  readonly prefixes?: readonly string[];
}

/**
 * Which upstream listed a resource, as one gateway learned it or several that share it. Of two upstreams that list the same
 * the first has it, until it no longer lists it; the bound of what is remembered is that of each upstream.
 */
export interface ResourceOwners {
  /** Remembers whole lists, in the place of what the upstream listed before. */
  replace(listed: ListedResources): Promise<void>;
  /** Remembers parts of lists: what was listed before stays. */
  add(listed: ListedResources): Promise<void>;
  /** Forgets an upstream that is there no more. */
  forget(instanceId: string): Promise<void>;
  /** Instance id of the upstream that listed `uri`, or else the template that it fits; of several the longest. */
  ownerOf(uri: string): Promise<string | undefined>;
}
