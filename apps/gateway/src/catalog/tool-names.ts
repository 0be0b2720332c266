import { bareNameOf, fullNameOf, fullNames } from './host-tool.ts';
import { SKILL_STUB_PREFIX } from './to-tool-record.ts';
import type { ToolRecord } from './tool-record.ts';

/** Names that tools had once, remembered at most. */
const MAX_FORMER = 10_000;

/**
 * Every name by which the tools of a dcc-mcp-core host are known: what it lists, the full name `<skill>__<tool>` (with
 * dashes or underscores), and what it listed before another skill came or went. A skill's tool is found while it is not
 * loaded, too: as itself where the host tells of it, else as the stub of its skill.
 */
export class ToolNames {
  /** The full name of each skill's tool, by a name it was listed as. */
  readonly #former = new Map<string, string>();
  #records: ReadonlyMap<string, ToolRecord> = new Map();
  #byFullName: ReadonlyMap<string, ToolRecord> = new Map();
  #byBareName: ReadonlyMap<string, readonly ToolRecord[]> = new Map();
  #stubs: ReadonlyMap<string, ToolRecord> = new Map();

  /** Takes the records of a fresh list, by listed name. */
  replace(records: ReadonlyMap<string, ToolRecord>): void {
    for (const [fullName, { backendTool }] of this.#byFullName) {
      if (backendTool !== fullName) {
        this.#remember(backendTool, fullName);
      }
    }
    const ofSkills = [...records.values()].filter(({ skillName, isStub }) => skillName !== undefined && !isStub);
    this.#records = records;
    this.#byFullName = new Map(ofSkills.map((record) => [fullNameOfRecord(record), record]));
    this.#byBareName = Map.groupBy(ofSkills, ({ skillName = '', backendTool }) => bareNameOf(skillName, backendTool));
    const stubs = [...records.values()].filter(({ isStub }) => isStub);
    this.#stubs = new Map(stubs.map((stub) => [stubKey(stub.backendTool.slice(SKILL_STUB_PREFIX.length)), stub]));
  }

  /** The tool that `name` means, or else the stub of its skill. */
  find(name: string): ToolRecord | undefined {
    const former = this.#former.get(name);
    return (
      this.#records.get(name) ??
      this.#ofFullName(name) ??
      (former === undefined ? undefined : this.#ofFullName(former)) ??
      this.#loneOfBareName(name)
    );
  }

  #remember(listedAs: string, fullName: string): void {
    if (this.#former.size >= MAX_FORMER) {
      this.#former.clear();
    }
    this.#former.set(listedAs, fullName);
  }

  #ofFullName(name: string): ToolRecord | undefined {
    const ways = fullNames(name);
    const found = ways.map(({ skill, tool }) => this.#byFullName.get(fullNameOf(skill, tool))).find(isThere);
    return found ?? ways.map(({ skill }) => this.#stubs.get(stubKey(skill))).find(isThere);
  }

  #loneOfBareName(name: string): ToolRecord | undefined {
    const [only, other] = this.#byBareName.get(name) ?? [];
    return other === undefined ? only : undefined;
  }
}

/** The same for a tool before and after its host lists it under another name, or loads it. */
export function toolIdentity(record: ToolRecord): string {
  const name = record.skillName === undefined ? record.backendTool : fullNameOfRecord(record);
  return `${record.instanceId}/${name}`;
}

function isThere(record: ToolRecord | undefined): boolean {
  return record !== undefined;
}

function fullNameOfRecord({ skillName = '', backendTool }: ToolRecord): string {
  return fullNameOf(skillName, bareNameOf(skillName, backendTool));
}

function stubKey(skill: string): string {
  return fullNameOf(skill, '');
}
