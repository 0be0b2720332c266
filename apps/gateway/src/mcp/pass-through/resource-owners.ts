/** What one upstream listed of its resources; a list that is absent was not read. */
export interface ListedResources {
  readonly instanceId: string;
  readonly uris?: readonly string[];
  /** Literal beginnings of its templates. */
  readonly prefixes?: readonly string[];
}

/**
 * Which upstreams listed a resource, as one gateway learned it or several that share it; the bound of what is remembered is
 * that of each upstream.
 */
export interface ResourceOwners {
  /** Remembers whole lists, in the place of what the upstream listed before. */
  replace(listed: ListedResources): Promise<void>;
  /** Remembers parts of lists: what was listed before stays. */
  add(listed: ListedResources): Promise<void>;
  /** Forgets an upstream that is there no more. */
  forget(instanceId: string): Promise<void>;
  /**
   * Instance ids of the upstreams that listed `uri`, or else the longest template that it fits, in the order in which they
   * came to list it.
   */
  ownersOf(uri: string): Promise<readonly string[]>;
}
