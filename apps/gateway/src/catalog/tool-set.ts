import type { JsonObject } from '../protocol/json-rpc.ts';
import { HostSkills } from './host-skills.ts';
import type { HostTool } from './host-tool.ts';
import {
  type CatalogUpstream,
  SKILL_STUB_PREFIX,
  isDccMcpCore,
  type ToolFacts,
  toToolRecord,
  withSlugs,
} from './to-tool-record.ts';
import { isSameJson } from './tool-json.ts';
import { ToolNames } from './tool-names.ts';
import type { ToolRecord } from './tool-record.ts';

/** What a fresh tools list changed. */
export interface ToolSetChange {
  readonly added: readonly ToolRecord[];
  readonly removed: readonly ToolRecord[];
}

/** The tools of one upstream, and which skills they belong to. */
export class ToolSet {
  upstream: CatalogUpstream;
  records: ReadonlyMap<string, ToolRecord> = new Map();
  readonly #skills = new HostSkills();
  readonly #names = new ToolNames();
  /** The second part of the slugs of its tools. */
  #slugId: string;
  #isCore = false;

  constructor(upstream: CatalogUpstream, slugId: string) {
    this.upstream = upstream;
    this.#slugId = slugId;
  }

  /** Names of the skills this upstream has ever shown, loaded or not. */
  get skillNames(): readonly string[] {
    return this.#skills.names;
  }

  /** The tool of that name, by any name that its host has for it; see {@link ToolNames}. */
  find(backendTool: string): ToolRecord | undefined {
    return this.#isCore ? this.#names.find(backendTool) : this.records.get(backendTool);
  }

  /** Says that `backendTools` (bare or full names) came with `skillName`; the next tools list uses it. */
  assignSkill(skillName: string, backendTools: readonly string[]): void {
    this.#skills.register(skillName, backendTools);
  }

  /** Takes a complete tools list, and what the host tells beside it; records of unchanged tools stay the same objects. */
  setTools(
    upstream: CatalogUpstream,
    listed: readonly JsonObject[],
    hostTools: readonly HostTool[] | undefined,
  ): ToolSetChange {
    const tools = listed.length === 0 && isIdle(upstream) ? [stubOf(upstream)] : listed;
    const isMoved = !isSameUpstream(this.upstream, upstream);
    const wasCore = this.#isCore;
    this.upstream = upstream;
    this.#isCore = isDccMcpCore(tools);
    const keep = new RecordKeeper(this.records, !isMoved);
    if (this.#isCore) {
      this.#skills.learn(tools, hostTools);
    }
    for (const tool of tools) {
      const isSettled = !this.#isCore && !wasCore; // nothing but the tool itself can change its record
      keep.listed(tool, isSettled, (name) => this.#record(tool, this.#isCore ? this.#skills.factsOf(name) : {}));
    }
    for (const { isLoaded, skillName, name, tool, ...facts } of this.#isCore ? (hostTools ?? []) : []) {
      if (!isLoaded && skillName !== undefined) {
        keep.told(name, () => this.#record(tool, { ...facts, skillName }, true));
      }
    }
    this.#keep(keep.records);
    return keep.change();
  }

  /** From now on the slugs of its tools have its whole id: another instance shares the first digits of it. */
  lengthenSlugs(): ToolSetChange {
    const { instanceId } = this.upstream;
    if (this.#slugId === instanceId) {
      return { added: [], removed: [] };
    }
    this.#slugId = instanceId;
    const before = this.records;
    this.#keep(new Map([...before].map(([name, record]) => [name, withSlugs(record, instanceId)])));
    return { added: [...this.records.values()], removed: [...before.values()] };
  }

  #keep(records: ReadonlyMap<string, ToolRecord>): void {
    this.records = records;
    if (this.#isCore) {
      this.#names.replace(records);
    }
  }

  #record(tool: JsonObject, facts: ToolFacts, needsLoad = false): ToolRecord | undefined {
    const record = toToolRecord(tool, {
      upstream: this.upstream,
      slugId: this.#slugId,
      isDccMcpCore: this.#isCore,
      facts,
      needsLoad,
    });
    const canonical = record?.skillName === undefined ? undefined : this.#skills.nameOf(record.skillName);
    return record === undefined || canonical === undefined ? record : { ...record, skillName: canonical };
  }
}

/** The records of a list while it is read, with those of the list before it. */
class RecordKeeper {
  readonly records = new Map<string, ToolRecord>();
  readonly #before: ReadonlyMap<string, ToolRecord>;
  readonly #isSameUpstream: boolean;
  readonly #added: ToolRecord[] = [];

  constructor(before: ReadonlyMap<string, ToolRecord>, isSame: boolean) {
    this.#before = before;
    this.#isSameUpstream = isSame;
  }

  /** A tool of the list; the first of a name counts. */
  listed(tool: JsonObject, isSettled: boolean, create: (name: string) => ToolRecord | undefined): void {
    const { name } = tool;
    if (typeof name !== 'string' || this.records.has(name)) {
      return;
    }
    const known = this.#before.get(name);
    if (known !== undefined && isSettled && this.#isSameUpstream && isSameJson(known.tool, tool)) {
      this.records.set(name, known);
      return;
    }
    this.told(name, () => create(name));
  }

  told(name: string, create: () => ToolRecord | undefined): void {
    const record = this.records.has(name) ? undefined : create();
    if (record === undefined) {
      return;
    }
    const known = this.#before.get(name);
    const isUnchanged = known !== undefined && this.#isSameUpstream && isSameRecord(known, record);
    this.records.set(name, isUnchanged ? known : record);
    if (!isUnchanged) {
      this.#added.push(record);
    }
  }

  change(): ToolSetChange {
    const kept = new Set(this.records.values());
    return { added: this.#added, removed: [...this.#before.values()].filter((record) => !kept.has(record)) };
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
  return (
    a.skillName === b.skillName &&
    a.hostName === b.hostName &&
    a.affinity === b.affinity &&
    a.needsLoad === b.needsLoad &&
    a.hasSchema === b.hasSchema &&
    a.isListed === b.isListed &&
    isSameJson(a.tool, b.tool)
  );
}
