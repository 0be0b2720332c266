import type { SkillRecord } from './skill-record.ts';
import type { ToolRecord } from './tool-record.ts';
import type { UpstreamShelf } from './tool-set.ts';

/** The skills of all upstreams, sorted by name, then instance. */
export function toSkillRecords(shelves: Iterable<UpstreamShelf>): readonly SkillRecord[] {
  const skills: SkillRecord[] = [];
  for (const shelf of shelves) skills.push(...skillsOf(shelf));
  return skills.toSorted((a, b) => compare(a.name, b.name) || compare(a.instanceId, b.instanceId));
}

function skillsOf(shelf: UpstreamShelf): SkillRecord[] {
  const groups = new Map<string, ToolRecord[]>();
  if (shelf.upstream.isLazy === true) groups.set(shelf.upstream.key, []);
  for (const record of shelf.records.values()) {
    if (record.skillName === undefined) continue;
    const group = groups.get(record.skillName);
    if (group === undefined) groups.set(record.skillName, [record]);
    else group.push(record);
  }
  return [...groups].map(([name, records]) => toSkillRecord(shelf, name, records));
}

function toSkillRecord(shelf: UpstreamShelf, name: string, records: readonly ToolRecord[]): SkillRecord {
  const { upstream } = shelf;
  const stub = records.find((record) => record.isStub);
  const tools = records.filter((record) => !record.isStub);
  const isCoreSkill = stub !== undefined || shelf.skillNames.includes(name);
  return {
    name,
    kind: upstream.isLazy === true ? 'lazy-upstream' : isCoreSkill ? 'dcc-mcp-core' : 'tool-group',
    dccType: upstream.dccType,
    instanceId: upstream.instanceId,
    instanceShort: upstream.instanceShort,
    upstreamKey: upstream.key,
    summary: stub?.summary ?? `${tools.length} tools of ${upstream.key}`,
    isLoaded: stub === undefined && upstream.isLoaded !== false,
    toolSlugs: tools.map((record) => record.slug).toSorted(compare),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
