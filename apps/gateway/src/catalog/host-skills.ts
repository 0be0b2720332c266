import type { JsonObject } from '../protocol/json-rpc.ts';
import { bareNameOf, fullNameOf, fullNames, type HostTool } from './host-tool.ts';
import { skillKey } from './skill-record.ts';
import { SKILL_STUB_PREFIX, type ToolFacts } from './to-tool-record.ts';

/** Names remembered at most; a list may bring new ones each time, and a forgotten one is learnt again at its next load. */
const MAX_LEARNT = 10_000;

/**
 * Which skill of a dcc-mcp-core host a listed tool belongs to. A host lists a tool under its bare name while no other
 * loaded skill has one of that name, else with its skill before it. What is not known is not guessed: policy allows
 * skills by name.
 */
export class HostSkills {
  /** The names that skills are written with, by {@link skillKey}. */
  readonly #names = new Map<string, string>();
  /** Bare names of the tools that came with a skill, as the answer to its load said, by {@link skillKey}. */
  readonly #registered = new Map<string, ReadonlySet<string>>();
  #unloaded: ReadonlySet<string> = new Set();
  #byName: ReadonlyMap<string, HostTool> = new Map();
  /** Loaded tools of skills, by bare name. */
  #byBareName: ReadonlyMap<string, readonly HostTool[]> = new Map();
  #hasHostTools = false;

  /** Names of the skills this host has ever shown, loaded or not. */
  get names(): readonly string[] {
    return [...this.#names.values()];
  }

  /** The skill's name as the host writes it. */
  nameOf(skill: string): string | undefined {
    return this.#names.get(skillKey(skill));
  }

  /** Says that `backendTools` (bare or full names) came with `skill`. */
  register(skill: string, backendTools: readonly string[]): void {
    this.#learnName(skill);
    const names = backendTools.slice(0, MAX_LEARNT).map((name) => bareNameOf(skill, name));
    this.#registered.set(skillKey(skill), new Set(names));
  }

  /** Learns from a complete tools list, and from what the host tells beside it. */
  learn(tools: readonly JsonObject[], hostTools: readonly HostTool[] | undefined): void {
    const stubs = tools.flatMap(({ name }) =>
      typeof name === 'string' && name.startsWith(SKILL_STUB_PREFIX) ? [name.slice(SKILL_STUB_PREFIX.length)] : [],
    );
    stubs.forEach((skill) => this.#learnName(skill));
    this.#unloaded = new Set(stubs.map(skillKey));
    for (const skill of this.#unloaded) {
      this.#registered.delete(skill); // what bears one of its tools' names now is another's
    }
    const ofSkills = (hostTools ?? []).filter(({ skillName }) => skillName !== undefined);
    ofSkills.forEach(({ skillName = '' }) => this.#learnName(skillName));
    this.#hasHostTools = hostTools !== undefined;
    this.#byName = new Map((hostTools ?? []).map((tool) => [tool.name, tool]));
    const loaded = ofSkills.filter(({ isLoaded }) => isLoaded);
    this.#byBareName = Map.groupBy(loaded, ({ name, skillName = '' }) => bareNameOf(skillName, name));
  }

  /** What is known of the tool that the host lists as `name`. */
  factsOf(name: string): ToolFacts {
    const parts = fullNames(name).find(({ skill }) => this.nameOf(skill) !== undefined);
    const skill = parts && this.nameOf(parts.skill);
    const full = parts && this.#byName.get(fullNameOf(parts.skill, parts.tool));
    const told = this.#byName.get(name) ?? (skill === undefined ? this.#loneHostTool(name) : full);
    if (told !== undefined) {
      const { skillName, affinity } = told;
      return {
        ...(skillName === undefined ? {} : { skillName, hostName: told.name }),
        ...(affinity === undefined ? {} : { affinity }),
      };
    }
    const skillName = skill ?? (this.#hasHostTools ? undefined : this.#registeredSkill(name));
    return skillName === undefined ? {} : { skillName };
  }

  #loneHostTool(name: string): HostTool | undefined {
    const [only, other] = this.#byBareName.get(name) ?? [];
    return other === undefined ? only : undefined;
  }

  #registeredSkill(name: string): string | undefined {
    const skills = [...this.#registered].filter(([, names]) => names.has(name)).map(([key]) => key);
    const [only, other] = skills;
    return only === undefined || other !== undefined ? undefined : this.#names.get(only);
  }

  #learnName(skill: string): void {
    const key = skillKey(skill);
    if (!this.#names.has(key) && this.#names.size >= MAX_LEARNT) {
      this.#names.clear();
      this.#registered.clear();
    }
    this.#names.set(key, skill);
  }
}
