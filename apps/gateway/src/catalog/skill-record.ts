/** A group of tools that is loaded together. */
export interface SkillRecord {
  readonly name: string;
  /** A dcc-mcp-core skill, a tool group named in `_meta`, or a lazy upstream that is started by loading it. */
  readonly kind: 'dcc-mcp-core' | 'tool-group' | 'lazy-upstream';
  readonly dccType: string;
  readonly instanceId: string;
  readonly instanceShort: string;
  readonly upstreamKey: string;
  readonly summary: string;
  readonly isLoaded: boolean;
  /** Slugs of the tools it is known to hold, sorted; empty while a stub is all that is known. */
  readonly toolSlugs: readonly string[];
  /** Further slugs of those tools, which stay the same where the host lists them under changing names. */
  readonly fullSlugs: readonly string[];
}

/** The name of a skill for comparing: dcc-mcp-core writes the same skill as `mesh-tools` and `mesh_tools`. */
export function skillKey(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}
