/** What one upstream listed of its resources. */
export interface ListedResources {
  readonly instanceId: string;
  readonly uris: readonly string[];
  /** Literal beginnings of its templates. */
  readonly prefixes: readonly string[];
}

/** Which upstream listed a resource, as one gateway learned it or several that share it. */
export interface ResourceOwners {
  /** Remembers a list, up to a bound. Of two upstreams that list the same URI the first has it. */
  note(listed: ListedResources): Promise<void>;
  /** Instance id of the upstream that listed `uri`, or else a template that it fits. */
  ownerOf(uri: string): Promise<string | undefined>;
}
