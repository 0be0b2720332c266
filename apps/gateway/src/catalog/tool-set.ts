import type { JsonObject } from '../protocol/json-rpc.ts';
import { skillKey } from './skill-record.ts';
import { type CatalogUpstream, SKILL_STUB_PREFIX, isDccMcpCore, toToolRecord } from './to-tool-record.ts';
import { isSameJson } from './tool-json.ts';
import type { ToolRecord } from './tool-record.ts';

const MAX_LEARNT = 10_000;

/** What a fresh tools list changed. */
export interface ToolSetChange {
  readonly added: readonly ToolRecord[];
  readonly removed: readonly ToolRecord[];
}

/** The tools of one upstream, and which skills they belong to. */
export class ToolSet {
  readonly slugId: string;
  upstream: CatalogUpstream;
  records: Map<string, ToolRecord> = new Map();
  /** Skills a stub has named, by their name with underscores: full tool names begin with that form. */
  readonly #skillNames = new Map<string, string>();
  /** Skill by backend tool, for tools that do not name their skill themselves. */
  readonly #skillOfTool = new Map<string, string>();
  /** True when something beside the tools themselves may have changed their records since the last list. */
  #isStale = true;
  #isCore = false;

  constructor(upstream: CatalogUpstream, slugId: string) {
    this.upstream = upstream;
    this.slugId = slugId;
  }

  /** Names of the skills this upstream has ever shown, loaded or not. */
  get skillNames(): readonly string[] {
    return [...this.#skillNames.values()];
  }

  /**
   * The tool of that name. A dcc-mcp-core host also knows a skill's tool as `<skill_with_underscores>__<tool>`, which is
   * what its own gateway shows: such a name finds the tool, or the stub of its skill while that is not loaded.
   */
  find(backendTool: string): ToolRecord | undefined {
    const record = this.records.get(backendTool);
    const at = record === undefined && this.#isCore ? backendTool.indexOf('__') : -1;
    if (at < 1) {
      return record;
    }
    const skillName = this.#skillNames.get(backendTool.slice(0, at).toLowerCase());
    if (skillName === undefined) {
      return undefined;
    }
    const bare = this.records.get(backendTool.slice(at + 2));
    return bare?.skillName === skillName ? bare : this.records.get(SKILL_STUB_PREFIX + skillName);
  }

  /** Says that `backendTools` (bare or full names) came with `skillName`; the next tools list uses it. */
  assignSkill(skillName: string, backendTools: readonly string[]): void {
    this.#isStale = true;
    this.#skillNames.set(skillKey(skillName), skillName);
    const prefix = `${skillKey(skillName)}__`;
    for (const name of backendTools) {
      this.#skillOfTool.set(name, skillName);
      if (name.startsWith(prefix)) {
        this.#skillOfTool.set(name.slice(prefix.length), skillName);
      }
    }
  }

  /** Takes a complete tools list; records of unchanged tools stay the same objects. */
  setTools(upstream: CatalogUpstream, listed: readonly JsonObject[]): ToolSetChange {
    const tools = listed.length === 0 && isIdle(upstream) ? [stubOf(upstream)] : listed;
    const isCore = isDccMcpCore(tools);
    this.#learnSkills(tools);
    const isMoved = !isSameUpstream(this.upstream, upstream);
    const isStale = this.#isStale || isMoved || isCore !== this.#isCore;
    const before = this.records;
    this.upstream = upstream;
    this.#isCore = isCore;
    this.#isStale = false;
    const after = new Map<string, ToolRecord>();
    const added: ToolRecord[] = [];
    for (const tool of tools) {
      const name = tool['name'];
      if (typeof name !== 'string' || after.has(name)) {
        continue;
      }
      const known = before.get(name);
      if (known !== undefined && !isStale && isSameJson(known.tool, tool)) {
        after.set(name, known);
        continue;
      }
      const record = this.#record(tool, name, isCore);
      if (record === undefined) {
        continue;
      }
      const isUnchanged = known !== undefined && !isMoved && isSameRecord(known, record);
      after.set(name, isUnchanged ? known : record);
      if (!isUnchanged) {
        added.push(record);
      }
    }
    this.records = after;
    const kept = new Set(after.values());
    return { added, removed: [...before.values()].filter((record) => !kept.has(record)) };
  }

  #record(tool: JsonObject, name: string, isCore: boolean): ToolRecord | undefined {
    const skillName = this.#skillOfTool.get(name);
    const record = toToolRecord(tool, {
      upstream: this.upstream,
      slugId: this.slugId,
      isDccMcpCore: isCore,
      ...(skillName === undefined ? {} : { skillName }),
    });
    if (record?.skillName === undefined) {
      return record;
    }
    const canonical = this.#skillNames.get(skillKey(record.skillName));
    return canonical === undefined ? record : { ...record, skillName: canonical };
  }

  /** When exactly one stub has gone, the tools that came in the same list are those of its skill. */
  #learnSkills(tools: readonly JsonObject[]): void {
    const names = new Set<string>();
    for (const tool of tools) {
      if (typeof tool['name'] === 'string') {
        names.add(tool['name']);
      }
    }
    for (const name of names) {
      if (!name.startsWith(SKILL_STUB_PREFIX)) {
        continue;
      }
      const skill = name.slice(SKILL_STUB_PREFIX.length);
      if (this.#skillNames.get(skillKey(skill)) === skill) {
        continue;
      }
      if (this.#skillNames.size > MAX_LEARNT) {
        this.#skillNames.clear();
      }
      this.#skillNames.set(skillKey(skill), skill);
      this.#isStale = true;
    }
    const gone = [...this.records.values()].filter((record) => record.isStub && !names.has(record.backendTool));
    const skill = gone.length === 1 ? gone[0]?.skillName : undefined;
    if (skill === undefined) {
      return;
    }
    // The map is bounded, because lists may bring new names each time; a forgotten skill is learnt again at its next load.
    if (this.#skillOfTool.size > MAX_LEARNT) {
      this.#skillOfTool.clear();
    }
    for (const name of names) {
      if (!this.records.has(name) && !this.#skillOfTool.has(name)) {
        this.#skillOfTool.set(name, skill);
      }
    }
  }
}

function isIdle(upstream: CatalogUpstream): boolean {
  return upstream.isLazy === true && upstream.isLoaded === false;
}

/** Stands for the tools of a lazy upstream that has never run, so that search finds it. */
function stubOf({ key, dccType }: CatalogUpstream): JsonObject {
  return { name: `${SKILL_STUB_PREFIX}${key}`, description: `[${dccType}] The tools of ${key}; load_skill starts it` };
}

function isSameUpstream(a: CatalogUpstream, b: CatalogUpstream): boolean {
  return (
    a.key === b.key &&
    a.dccType === b.dccType &&
    (a.isLazy ?? false) === (b.isLazy ?? false) &&
    (a.isLoaded ?? true) === (b.isLoaded ?? true)
  );
}

function isSameRecord(a: ToolRecord, b: ToolRecord): boolean {
  return a.skillName === b.skillName && a.isListed === b.isListed && isSameJson(a.tool, b.tool);
}
