import { OPERATION_LOAD_SKILL } from '@dcc-mcp/semantic-conventions';
import type { WorkflowSpan } from '@dcc-mcp/workflow-spans';
import { nextStepOfSkills } from '../catalogue/next-step.ts';
import type { SkillRecord } from '../catalogue/skill-record.ts';
import type { ToolRecord } from '../catalogue/tool-record.ts';
import type { JsonObject } from '../json-rpc.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { callUpstreamTool } from './call-upstream-tool.ts';
import type { Caller, OperationCore } from './core.ts';
import { admit, checkPolicy } from './govern.ts';
import { internalError } from './internal-error.ts';
import { type OperationError, outcomeOfError } from './operation-error.ts';
import type { OperationResult } from './operation-result.ts';

export interface LoadSkillInput {
  readonly skillNames: readonly string[];
  readonly instanceId?: string | undefined;
  readonly dccType?: string | undefined;
  readonly activateGroups?: boolean | undefined;
  /** `unload` undoes a load, where the host can. */
  readonly action?: 'load' | 'unload';
}

interface Ending {
  readonly loaded: readonly SkillRecord[];
  readonly newSlugs: readonly string[];
  readonly error?: OperationError;
}

/** Loads (or unloads) skills: starts a lazy upstream, or asks a dcc-mcp-core host. Names before the first failure stay loaded. */
export async function loadSkill(
  core: OperationCore,
  caller: Caller,
  input: LoadSkillInput,
): Promise<OperationResult<JsonObject>> {
  const span = core.spans.startWorkflow(caller.ctx, OPERATION_LOAD_SKILL, caller.facts);
  if (span.isRecording) {
    span.setInput(inputOf(input));
  }
  const [skillName] = input.skillNames;
  span.setRoute(skillName === undefined ? {} : { skillName });
  const { loaded, newSlugs, error } = await attempt(core, caller, input, span).catch((defect: unknown): Ending => ({
    loaded: [],
    newSlugs: [],
    error: internalError(core, defect),
  }));
  const value = answer(core, caller, input, { loaded, newSlugs });
  if (error === undefined) {
    span.setOutput(value);
  }
  core.recorder.followUp({
    ctx: caller.ctx,
    span,
    kind: 'load_skill',
    toolSlug: undefined,
    skillName,
    outcome: error === undefined ? 'ok' : outcomeOfError(error),
    errorKind: error?.kind,
  });
  return error === undefined ? { ok: true, value } : { ok: false, error };
}

/** The request in the words of its caller. */
function inputOf({ skillNames, instanceId, dccType, activateGroups }: LoadSkillInput): JsonObject {
  return {
    skill_names: skillNames,
    ...(instanceId === undefined ? {} : { instance_id: instanceId }),
    ...(dccType === undefined ? {} : { dcc_type: dccType }),
    ...(activateGroups === undefined ? {} : { activate_groups: activateGroups }),
  };
}

async function attempt(
  core: OperationCore,
  caller: Caller,
  input: LoadSkillInput,
  span: WorkflowSpan,
): Promise<Ending> {
  const admission = await admit(core, caller, span);
  if (!admission.ok) {
    return { loaded: [], newSlugs: [], error: admission.refusal.error };
  }
  try {
    return await loadAll(core, caller, input, span);
  } finally {
    admission.leave();
  }
}

async function loadAll(
  core: OperationCore,
  caller: Caller,
  input: LoadSkillInput,
  span: WorkflowSpan,
): Promise<Ending> {
  const before = new Set(callableTools(core).map(({ slug }) => slug));
  const loaded: SkillRecord[] = [];
  for (const name of input.skillNames) {
    const ending = await one(core, caller, input, name, span);
    if (!ending.ok) {
      return { loaded, newSlugs: [], error: ending.error };
    }
    loaded.push(ending.value);
  }
  return { loaded, newSlugs: slugsSince(core, loaded, before) };
}

/** What can be called now that could not before; another host that came meanwhile has no part in it. */
function slugsSince(
  core: OperationCore,
  loaded: readonly SkillRecord[],
  before: ReadonlySet<string>,
): readonly string[] {
  const instances = new Set(loaded.map(({ instanceId }) => instanceId));
  const slugs = callableTools(core)
    .filter(({ slug, instanceId }) => instances.has(instanceId) && !before.has(slug))
    .map(({ slug }) => slug);
  return slugs.toSorted(); // hosts list their tools in any order
}

function callableTools(core: OperationCore): readonly ToolRecord[] {
  return [...core.catalogue.records()].filter((record) => !record.isStub && record.isLoaded);
}

async function one(
  core: OperationCore,
  caller: Caller,
  input: LoadSkillInput,
  name: string,
  span: WorkflowSpan,
): Promise<OperationResult<SkillRecord>> {
  const found = findSkill(core, input, name);
  if (!found.ok) {
    return found;
  }
  const skill = found.value;
  span.setRoute({ dccType: skill.dccType, instanceId: skill.instanceId, skillName: skill.name });
  const refusal = policyOf(core, skill, span);
  if (refusal !== undefined) {
    return { ok: false, error: refusal.error };
  }
  const upstream = core.upstreams.get(skill.instanceId);
  if (upstream === undefined) {
    return { ok: false, error: { kind: 'instance-offline', message: `The instance of the skill ${name} has left` } };
  }
  const failure = await load(core, caller, upstream, skill, input, span);
  return failure === undefined ? found : { ok: false, error: failure.error };
}

function findSkill(core: OperationCore, input: LoadSkillInput, name: string): OperationResult<SkillRecord> {
  const { instanceId, dccType } = input;
  const skills = core.catalogue.skill(name, {
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(dccType === undefined ? {} : { dccType }),
  });
  const [skill, other] = skills;
  if (skill === undefined) {
    const candidates = core.catalogue
      .skills()
      .map((known) => known.name)
      .slice(0, 5);
    return { ok: false, error: { kind: 'unknown-slug', message: `There is no skill '${name}'`, candidates } };
  }
  if (other !== undefined) {
    const candidates = skills.map((known) => known.instanceId);
    return {
      ok: false,
      error: { kind: 'ambiguous', message: `Several instances have the skill '${name}'; name instance_id`, candidates },
    };
  }
  return { ok: true, value: skill };
}

/** A skill is judged by any tool of it. */
function policyOf(core: OperationCore, skill: SkillRecord, span: WorkflowSpan): ReturnType<typeof checkPolicy> {
  for (const record of core.catalogue.records()) {
    if (record.instanceId === skill.instanceId && (record.skillName === skill.name || skill.kind === 'lazy-upstream')) {
      return checkPolicy(core, 'load_skill', record, span);
    }
  }
  return undefined;
}

async function load(
  core: OperationCore,
  caller: Caller,
  upstream: Upstream,
  skill: SkillRecord,
  input: LoadSkillInput,
  span: WorkflowSpan,
): Promise<{ readonly error: OperationError } | undefined> {
  const isUnload = input.action === 'unload';
  if (skill.kind === 'dcc-mcp-core') {
    const args = { skill_name: skill.name, ...(isUnload ? {} : { activate_groups: input.activateGroups ?? true }) };
    const { error } = await callUpstreamTool(
      core,
      caller,
      upstream,
      isUnload ? 'unload_skill' : 'load_skill',
      args,
      span,
    );
    if (error === undefined) {
      await upstream.refreshTools();
    }
    return error === undefined ? undefined : { error };
  }
  if (isUnload) {
    return {
      error: { kind: 'bad-request', message: `The skill '${skill.name}' can't be unloaded: its host has no way to` },
    };
  }
  const failure = await upstream.connect(upstream.settings.timeoutMillis);
  return failure === undefined ? undefined : { error: { kind: failure.kind, message: failure.message } };
}

function answer(
  core: OperationCore,
  { ctx }: Caller,
  input: LoadSkillInput,
  { loaded, newSlugs }: Pick<Ending, 'loaded' | 'newSlugs'>,
): JsonObject {
  const now = loaded.flatMap(({ name, instanceId }) => core.catalogue.skill(name, { instanceId }));
  return {
    loaded: input.action !== 'unload',
    skill_names: loaded.map(({ name }) => name),
    new_tool_slugs: newSlugs,
    next_step: { ...nextStepOfSkills(now, newSlugs[0], ctx.searchId) },
  };
}
