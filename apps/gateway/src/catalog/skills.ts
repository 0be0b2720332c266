import { counted } from '../protocol/printable-text.ts';
import type { SkillRecord } from './skill-record.ts';
import type { ToolRecord } from './tool-record.ts';
import type { ToolSet } from './tool-set.ts';

/** The skills of all upstreams, sorted by name, then instance. */
export function toSkillRecords(toolSets: Iterable<ToolSet>): readonly SkillRecord[] {
  const skills: SkillRecord[] = [];
  for (const toolSet of toolSets) {
    skills.push(...skillsOf(toolSet));
  }
  return skills.toSorted((a, b) => compare(a.name, b.name) || compare(a.instanceId, b.instanceId));
}

function skillsOf(toolSet: ToolSet): SkillRecord[] {
  const groups = new Map<string, ToolRecord[]>();
  if (toolSet.upstream.isLazy === true) {
    groups.set(toolSet.upstream.key, []);
  }
  for (const record of toolSet.records.values()) {
    if (record.skillName === undefined) {
      continue;
    }
    const group = groups.get(record.skillName);
    if (group === undefined) {
      groups.set(record.skillName, [record]);
    } else {
      group.push(record);
    }
  }
  return [...groups].map(([name, records]) => toSkillRecord(toolSet, name, records));
}

function toSkillRecord(toolSet: ToolSet, name: string, records: readonly ToolRecord[]): SkillRecord {
  const { upstream } = toolSet;
  const stub = records.find((record) => record.isStub);
  const tools = records.filter((record) => !record.isStub);
  const isCoreSkill = stub !== undefined || toolSet.skillNames.includes(name);
  return {
    name,
    kind: upstream.isLazy === true ? 'lazy-upstream' : isCoreSkill ? 'dcc-mcp-core' : 'tool-group',
    dccType: upstream.dccType,
    instanceId: upstream.instanceId,
    instanceShort: upstream.instanceShort,
    upstreamKey: upstream.key,
    summary: stub?.summary ?? `${counted(tools.length, 'tool')} of ${upstream.key}`,
    isLoaded: stub === undefined && upstream.isLoaded !== false && (tools.length === 0 || tools.some(isUsable)),
    toolSlugs: tools.map((record) => record.slug).toSorted(compare),
    fullSlugs: tools.flatMap(({ fullSlug }) => fullSlug ?? []),
  };
}

function isUsable({ needsLoad }: ToolRecord): boolean {
  return !needsLoad;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
