import type { WorkflowSpan } from '@dcc-mcp/workflow-spans';
import type { SkillRecord } from '../catalog/skill-record.ts';
import type { ToolRecord } from '../catalog/tool-record.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { callUpstreamTool } from './call-upstream-tool.ts';
import type { Caller, OperationCore } from './core.ts';
import { admit, checkPolicy } from './govern.ts';
import type { OperationError } from './operation-error.ts';
import type { OperationResult } from './operation-result.ts';

/** Which skills to load, as the caller says it. */
export interface LoadSkillInput {
  readonly skillNames: readonly string[];
  /** Where several instances have a skill of that name. */
  readonly instanceId?: string | undefined;
  readonly dccType?: string | undefined;
  /** Whether a dcc-mcp-core host activates the groups of the skill, too; default true. */
  readonly activateGroups?: boolean | undefined;
  /** `unload` undoes a load, where the host can. */
  readonly action?: 'load' | 'unload';
}

/** How loading ended. */
export interface LoadedSkills {
  /** In the order asked for; those before the first failure. */
  readonly loaded: readonly SkillRecord[];
  /** What can be called now that could not before, sorted; empty after a failure. */
  readonly newSlugs: readonly string[];
  readonly error?: OperationError;
}

/** One load_skill: admits it, finds each skill, asks the policy, and has it loaded by its host. */
export class SkillLoading {
  readonly #core: OperationCore;
  readonly #caller: Caller;
  readonly #input: LoadSkillInput;
  readonly #span: WorkflowSpan;

  constructor(core: OperationCore, caller: Caller, input: LoadSkillInput, span: WorkflowSpan) {
    this.#core = core;
    this.#caller = caller;
    this.#input = input;
    this.#span = span;
  }

  /** Loads the skills one after the other, up to the first that fails. Rejects for defects only. */
  async run(): Promise<LoadedSkills> {
    const admission = await admit(this.#core, this.#caller, this.#span);
    if (!admission.ok) {
      return { loaded: [], newSlugs: [], error: admission.refusal.error };
    }
    try {
      return await this.#loadAll();
    } finally {
      admission.leave();
    }
  }

  async #loadAll(): Promise<LoadedSkills> {
    const before = new Set(this.#callableTools().map(({ slug }) => slug));
    const loaded: SkillRecord[] = [];
    for (const name of this.#input.skillNames) {
      const ending = await this.#loadByName(name);
      if (!ending.ok) {
        return { loaded, newSlugs: [], error: ending.error };
      }
      loaded.push(ending.value);
    }
    return { loaded, newSlugs: this.#slugsSince(before, loaded) };
  }

  /** Another host that came meanwhile has no part in it. */
  #slugsSince(before: ReadonlySet<string>, loaded: readonly SkillRecord[]): readonly string[] {
    const instances = new Set(loaded.map(({ instanceId }) => instanceId));
    const slugs = this.#callableTools()
      .filter(({ slug, instanceId }) => instances.has(instanceId) && !before.has(slug))
      .map(({ slug }) => slug);
    return slugs.toSorted(); // hosts list their tools in any order
  }

  #callableTools(): readonly ToolRecord[] {
    return [...this.#core.catalog.records()].filter((record) => !record.isStub && record.isLoaded);
  }

  async #loadByName(name: string): Promise<OperationResult<SkillRecord>> {
    const found = this.#find(name);
    if (!found.ok) {
      return found;
    }
    const skill = found.value;
    this.#span.setRoute({ dccType: skill.dccType, instanceId: skill.instanceId, skillName: skill.name });
    const refusal = this.#askPolicy(skill);
    if (refusal !== undefined) {
      return { ok: false, error: refusal.error };
    }
    const upstream = this.#core.upstreams.get(skill.instanceId);
    if (upstream === undefined) {
      return { ok: false, error: { kind: 'instance-offline', message: `The instance of the skill ${name} has left` } };
    }
    const error = await this.#load(skill, upstream);
    return error === undefined ? found : { ok: false, error };
  }

  #find(name: string): OperationResult<SkillRecord> {
    const { catalog } = this.#core;
    const { instanceId, dccType } = this.#input;
    const skills = catalog.skill(name, {
      ...(instanceId === undefined ? {} : { instanceId }),
      ...(dccType === undefined ? {} : { dccType }),
    });
    const [skill, other] = skills;
    if (skill === undefined) {
      const known = catalog.skills().map((candidate) => candidate.name);
      const message = `There is no skill '${name}'`;
      return { ok: false, error: { kind: 'unknown-slug', message, candidates: known.slice(0, 5) } };
    }
    if (other !== undefined) {
      const candidates = skills.map((candidate) => candidate.instanceId);
      const message = `Several instances have the skill '${name}'; name instance_id`;
      return { ok: false, error: { kind: 'ambiguous', message, candidates } };
    }
    return { ok: true, value: skill };
  }

  /** A skill is judged by any tool of it. */
  #askPolicy(skill: SkillRecord): ReturnType<typeof checkPolicy> {
    const isWhole = skill.kind === 'lazy-upstream';
    for (const record of this.#core.catalog.records()) {
      if (record.instanceId === skill.instanceId && (isWhole || record.skillName === skill.name)) {
        return checkPolicy(this.#core, 'load_skill', record, this.#span);
      }
    }
    return undefined;
  }

  async #load(skill: SkillRecord, upstream: Upstream): Promise<OperationError | undefined> {
    if (skill.kind === 'dcc-mcp-core') {
      return this.#askHost(skill, upstream);
    }
    if (this.#input.action === 'unload') {
      return { kind: 'bad-request', message: `The skill '${skill.name}' can't be unloaded: its host has no way to` };
    }
    const failure = await upstream.connect(upstream.settings.timeoutMillis);
    return failure && { kind: failure.kind, message: failure.message };
  }

  async #askHost(skill: SkillRecord, upstream: Upstream): Promise<OperationError | undefined> {
    const { action, activateGroups } = this.#input;
    const isUnload = action === 'unload';
    const error = await callUpstreamTool(upstream, {
      name: isUnload ? 'unload_skill' : 'load_skill',
      args: { skill_name: skill.name, ...(isUnload ? {} : { activate_groups: activateGroups ?? true }) },
      span: this.#span,
      signal: this.#caller.signal,
    });
    if (error === undefined) {
      await upstream.refreshTools();
    }
    return error;
  }
}
