import type { SkillRecord } from '../../catalog/skill-record.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';

/** What to do next with a tool: an operation (the MCP tool, or `POST /v1/<operation>`), its arguments, and what joins it to the search. */
export interface NextStep {
  readonly operation: 'search' | 'load_skill' | 'describe' | 'call';
  /** Complete as they stand; `call` may need its `arguments` filled in. */
  readonly arguments: JsonObject;
  /** Absent without a search: what to pass as `meta`, so that rank and score can be joined to the outcome. */
  readonly meta?: { readonly search_id: string };
}

/** Who may load what. */
export interface LoadPermissions {
  mayLoad(record: ToolRecord): boolean;
}

/** What a next step depends on beside the tool. */
export interface NextStepOptions {
  readonly searchId: string | undefined;
  /** Absent: everything may be loaded. */
  readonly permissions?: LoadPermissions | undefined;
  readonly hasSeenSchema?: boolean;
}

/** Load what is not loaded (where the caller may), describe what has a schema the caller has not seen, else call. */
export function nextStep(record: ToolRecord, { searchId, permissions, hasSeenSchema }: NextStepOptions): NextStep {
  const meta = searchId === undefined ? undefined : { search_id: searchId };
  const withMeta = meta === undefined ? {} : { meta };
  if (!record.isLoaded && record.skillName !== undefined && permissions?.mayLoad(record) !== false) {
    const { skillName: skill_name, instanceId: instance_id, dccType: dcc_type } = record;
    return { operation: 'load_skill', arguments: { skill_name, instance_id, dcc_type, ...withMeta }, ...withMeta };
  }
  const tool_slug = record.slug;
  if (record.hasSchema && hasSeenSchema !== true) {
    return { operation: 'describe', arguments: { tool_slug, ...withMeta }, ...withMeta };
  }
  return { operation: 'call', arguments: { tool_slug, arguments: {}, ...withMeta }, ...withMeta };
}

/** Describe the tool that has become callable, else one that was so already; load what is not loaded. */
export function nextStepOfSkills(
  skills: readonly SkillRecord[],
  newSlug: string | undefined,
  searchId: string | undefined,
): NextStep {
  const withMeta = searchId === undefined ? {} : { meta: { search_id: searchId } };
  const [slug] = newSlug === undefined ? skills.flatMap((skill) => (skill.isLoaded ? skill.toolSlugs : [])) : [newSlug];
  if (slug !== undefined) {
    return { operation: 'describe', arguments: { tool_slug: slug, ...withMeta }, ...withMeta };
  }
  const skill = skills.find(({ isLoaded }) => !isLoaded);
  if (skill === undefined) {
    return { operation: 'search', arguments: { ...withMeta }, ...withMeta };
  }
  const { name: skill_name, instanceId: instance_id, dccType: dcc_type } = skill;
  return { operation: 'load_skill', arguments: { skill_name, instance_id, dcc_type, ...withMeta }, ...withMeta };
}
