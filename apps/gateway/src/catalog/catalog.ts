// catalog/: the tools and skills of all upstreams.
import { Memo } from '@dcc-mcp/bounds';
import type { JsonObject } from '../protocol/json-rpc.ts';
import type { HostTool } from './host-tool.ts';
import { skillKey, type SkillRecord } from './skill-record.ts';
import { toSkillRecords } from './skills.ts';
import { isInstance, parseSlug, type SlugParts } from './slug.ts';
import type { CatalogUpstream } from './to-tool-record.ts';
import type { ToolRecord } from './tool-record.ts';
import { ToolSet, type ToolSetChange } from './tool-set.ts';

/** What a slug leads to. */
export type SlugResolution =
  | { readonly kind: 'found'; readonly record: ToolRecord }
  /** Two instances share the first eight digits; `candidates` name each by its whole id. */
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] }
  /** The instance is here, the tool is not: worth one refresh. */
  | { readonly kind: 'unknown_tool'; readonly instanceId: string; readonly backendTool: string }
  | { readonly kind: 'unknown_instance'; readonly parts: SlugParts }
  | { readonly kind: 'malformed' };

/** Narrows a skill name that several instances have. */
export interface SkillFilter {
  /** The whole instance id or its first digits (four at least). */
  readonly instanceId?: string;
  readonly dccType?: string;
}

/** Is told of each record that comes and goes. */
export interface CatalogObserver {
  add(record: ToolRecord): void;
  remove(record: ToolRecord): void;
}

type FoundTool = SlugResolution & { readonly kind: 'found' };

/** Slugs whose tools are remembered: those that are called, of however many there are. */
const MAX_REMEMBERED = 1_024;

/** Every tool of every upstream, by slug and by instance. */
export class Catalog {
  readonly #observers: CatalogObserver[] = [];
  readonly #toolSets = new Map<string, ToolSet>();
  /** Instances by `<dcc>.<id8>`; more than one only when two share their first eight digits. */
  readonly #instances = new Map<string, Set<string>>();
  #generation = 0;
  #size = 0;
  /** What slugs led to since the last change. */
  #found = new Memo<FoundTool>(MAX_REMEMBERED);
  #skills: readonly SkillRecord[] | undefined;
  #skillsByKey: ReadonlyMap<string, readonly SkillRecord[]> | undefined;

  /** Moves with every change of a record, and only then. */
  get generation(): number {
    return this.#generation;
  }

  /** Number of tools; stubs of unloaded skills are not tools. */
  get size(): number {
    return this.#size;
  }

  /** Tells `observer` of every record there is, and of each change from now on. */
  observe(observer: CatalogObserver): void {
    for (const record of this.records()) {
      observer.add(record);
    }
    this.#observers.push(observer);
  }

  /**
   * Replaces the tools of an upstream.
   *
   * @param hostTools What a dcc-mcp-core host tells of its tools beside the list.
   * @returns True when anything changed.
   */
  setTools(upstream: CatalogUpstream, tools: readonly JsonObject[], hostTools?: readonly HostTool[]): boolean {
    const isNew = !this.#toolSets.has(upstream.instanceId);
    const toolSet = this.#toolSets.get(upstream.instanceId) ?? this.#addToolSet(upstream);
    const { added, removed } = this.#replaced(toolSet.setTools(upstream, tools, hostTools));
    const hasChanged = added.length > 0 || removed.length > 0 || (isNew && upstream.isLazy === true);
    if (hasChanged) {
      this.#changed();
    }
    return hasChanged;
  }

  /** A lazy upstream was stopped: its tools are known, and loaded no more. @returns True when anything changed. */
  unload(upstream: CatalogUpstream): boolean {
    const toolSet = this.#toolSets.get(upstream.instanceId);
    if (toolSet === undefined) {
      return false; // it has left meanwhile
    }
    const tools = [...toolSet.records.values()].filter(({ isStub }) => !isStub).map(({ tool }) => tool);
    return this.setTools({ ...upstream, isLoaded: false }, tools);
  }

  /** Says which tools a skill brought (`registered_tools` of dcc-mcp-core's `load_skill`), for hosts that list them under bare names. */
  assignSkill(instanceId: string, skillName: string, backendTools: readonly string[]): void {
    this.#toolSets.get(instanceId)?.assignSkill(skillName, backendTools);
  }

  /** Forgets an upstream and its tools; true when there was one. */
  removeUpstream(instanceId: string): boolean {
    const toolSet = this.#toolSets.get(instanceId);
    if (toolSet === undefined) {
      return false;
    }
    for (const record of toolSet.records.values()) {
      this.#forget(record);
    }
    this.#toolSets.delete(instanceId);
    this.#forgetFound();
    const instances = this.#instances.get(shortKey(toolSet.upstream));
    instances?.delete(instanceId);
    if (instances?.size === 0) {
      this.#instances.delete(shortKey(toolSet.upstream));
    }
    this.#changed();
    return true;
  }

  /** The tool a slug names, by short or whole instance id; `undefined` when there is none, or more than one. */
  get(slug: string): ToolRecord | undefined {
    const resolution = this.resolve(slug);
    return resolution.kind === 'found' ? resolution.record : undefined;
  }

  /** The tool a slug names, or why there is none. */
  resolve(slug: string): SlugResolution {
    const found = this.#found.get(slug);
    if (found !== undefined) {
      return found;
    }
    const resolution = this.#resolve(slug);
    return resolution.kind === 'found' ? this.#found.set(slug, resolution) : resolution;
  }

  #resolve(slug: string): SlugResolution {
    const parts = parseSlug(slug);
    if (parts === undefined) {
      return { kind: 'malformed' };
    }
    const instances = this.#instancesOf(parts);
    const holders = instances.filter((id) => this.tool(id, parts.backendTool) !== undefined);
    const [holder] = holders;
    if (holders.length > 1) {
      return { kind: 'ambiguous', candidates: holders.map((id) => `${parts.dccType}.${id}.${parts.backendTool}`) };
    }
    const record = holder === undefined ? undefined : this.tool(holder, parts.backendTool);
    if (record !== undefined) {
      return { kind: 'found', record };
    }
    const [instanceId] = instances;
    if (instanceId === undefined) {
      return { kind: 'unknown_instance', parts };
    }
    return { kind: 'unknown_tool', instanceId, backendTool: parts.backendTool };
  }

  tool(instanceId: string, backendTool: string): ToolRecord | undefined {
    return this.#toolSets.get(instanceId)?.find(backendTool);
  }

  parseSlug(slug: string): SlugParts | undefined {
    return parseSlug(slug);
  }

  /** Every record, stubs included, in the order of the upstreams and of their lists. */
  *records(): Generator<ToolRecord, void, undefined> {
    for (const toolSet of this.#toolSets.values()) {
      yield* toolSet.records.values();
    }
  }

  /** The records of one instance, stubs included. */
  recordsOf(instanceId: string): readonly ToolRecord[] {
    return [...(this.#toolSets.get(instanceId)?.records.values() ?? [])];
  }

  /** Whether an upstream has any. */
  hasTools(instanceId: string): boolean {
    return (this.#toolSets.get(instanceId)?.records.size ?? 0) > 0;
  }

  /** Every skill, sorted by name, then instance. */
  skills(): readonly SkillRecord[] {
    this.#skills ??= toSkillRecords(this.#toolSets.values());
    return this.#skills;
  }

  /** The skills of that name; more than one when several instances have it. */
  skill(name: string, filter: SkillFilter = {}): readonly SkillRecord[] {
    this.#skillsByKey ??= Map.groupBy(this.skills(), (skill) => skillKey(skill.name));
    return (this.#skillsByKey.get(skillKey(name)) ?? []).filter(
      (skill) =>
        (filter.instanceId === undefined || isInstance(skill.instanceId, filter.instanceId)) &&
        (filter.dccType === undefined || skill.dccType === filter.dccType.toLowerCase()),
    );
  }

  #addToolSet(upstream: CatalogUpstream): ToolSet {
    const key = shortKey(upstream);
    const instances = this.#instances.get(key) ?? new Set<string>();
    const toolSet = new ToolSet(upstream, instances.size === 0 ? upstream.instanceShort : upstream.instanceId);
    instances.forEach((other) => this.#lengthenSlugs(other));
    this.#instances.set(key, instances.add(upstream.instanceId));
    this.#toolSets.set(upstream.instanceId, toolSet);
    return toolSet;
  }

  /** Which of two that share their first digits came first is no matter, and another gateway may see it otherwise. */
  #lengthenSlugs(instanceId: string): void {
    const change = this.#toolSets.get(instanceId)?.lengthenSlugs();
    if (change !== undefined && this.#replaced(change).added.length > 0) {
      this.#changed();
    }
  }

  #replaced(change: ToolSetChange): ToolSetChange {
    this.#forgetFound();
    change.removed.forEach((record) => this.#forget(record));
    change.added.forEach((record) => this.#admit(record));
    return change;
  }

  #instancesOf(parts: SlugParts): readonly string[] {
    const ids = [...(this.#instances.get(`${parts.dccType}.${parts.id8}`) ?? [])];
    return parts.instanceId === undefined ? ids : ids.filter((id) => id.toLowerCase() === parts.instanceId);
  }

  #forgetFound(): void {
    this.#found = new Memo(MAX_REMEMBERED);
  }

  #admit(record: ToolRecord): void {
    this.#observers.forEach((observer) => observer.add(record));
    this.#size += record.isStub ? 0 : 1;
  }

  #forget(record: ToolRecord): void {
    this.#observers.forEach((observer) => observer.remove(record));
    this.#size -= record.isStub ? 0 : 1;
  }

  #changed(): void {
    this.#generation += 1;
    this.#skills = undefined;
    this.#skillsByKey = undefined;
  }
}

function shortKey(upstream: CatalogUpstream): string {
  return `${upstream.dccType}.${upstream.instanceShort}`;
}
