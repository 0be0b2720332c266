import { OPERATION_LOAD_SKILL } from '@dcc-mcp/semantic-conventions';
import type { SkillRecord } from '../../catalog/skill-record.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { nextStepOfSkills } from '../answers/next-step.ts';
import type { OperationCore, RunningOperation } from '../frame/core.ts';
import { checkPolicy } from '../frame/govern.ts';
import type { Ending, OperationDefinition, ParsedRequest } from '../frame/operation-definition.ts';
import type { OperationError } from '../frame/operation-error.ts';
import { callUpstreamTool } from '../hops/call-upstream-tool.ts';
import { parseLoadSkill } from '../requests/parse-request.ts';

/** Which skills to load, as the caller says it. */
export interface LoadSkillRequest {
  readonly skillNames: readonly string[];
  /** Where several instances have a skill of that name. */
  readonly instanceId: string | undefined;
  readonly dccType: string | undefined;
  /** Whether a dcc-mcp-core host activates the groups of the skill, too; default true. */
  readonly activateGroups: boolean | undefined;
  /** `unload` undoes a load, where the host can. */
  readonly action: 'load' | 'unload';
}

type LoadSkillDefinition = OperationDefinition<LoadSkillRequest, LoadSkillRequest, JsonObject>;

/** Loads skills: starts a lazy upstream, or asks a dcc-mcp-core host. Names before the first failure stay loaded. */
export const loadSkillOperation: LoadSkillDefinition = {
  operation: OPERATION_LOAD_SKILL,
  isAdmitted: true,
  canBeLate: false,
  parse: (body) => parse(body, 'load'),
  spanInput: inputOf,
  spanRoute: ({ skillNames: [skillName] }) => (skillName === undefined ? {} : { skillName }),
  resolve: (request) => ({ ok: true, target: request }),
  run: loadSkills,
  follows: ({ request }) => ({ toolSlug: undefined, skillName: request?.skillNames[0], isSuccess: false }),
  details: () => ({ operation: OPERATION_LOAD_SKILL }),
};

/** Unloads skills, where their host can. */
export const unloadSkillOperation: LoadSkillDefinition = {
  ...loadSkillOperation,
  parse: (body) => parse(body, 'unload'),
};

function parse(body: unknown, action: 'load' | 'unload'): ParsedRequest<LoadSkillRequest> {
  const parsed = parseLoadSkill(body);
  if (!parsed.ok) {
    return parsed;
  }
  const { skill_name: name, skill_names: names = [], activate_groups: activateGroups } = parsed.value;
  const { instance_id: instanceId, dcc_type: dccType } = parsed.value;
  const skillNames = [...new Set(name === undefined ? names : [name, ...names])];
  return { ok: true, value: { skillNames, instanceId, dccType, activateGroups, action } };
}

function inputOf({ skillNames, instanceId, dccType, activateGroups }: LoadSkillRequest): JsonObject {
  return {
    skill_names: skillNames,
    ...(instanceId === undefined ? {} : { instance_id: instanceId }),
    ...(dccType === undefined ? {} : { dcc_type: dccType }),
    ...(activateGroups === undefined ? {} : { activate_groups: activateGroups }),
  };
}

/** One after the other, up to the first that fails. */
async function loadSkills(request: LoadSkillRequest, running: RunningOperation): Promise<Ending<JsonObject>> {
  const { core, caller } = running;
  const before = new Set(callableTools(core).map(({ slug }) => slug));
  const loaded: SkillRecord[] = [];
  for (const name of request.skillNames) {
    const ending = await loadByName(name, request, running);
    if (ending.value === undefined) {
      return { error: ending.error };
    }
    loaded.push(ending.value);
  }
  const newSlugs = slugsSince(before, loaded, core);
  const now = loaded.flatMap(({ name, instanceId }) => core.catalog.skill(name, { instanceId }));
  return {
    value: {
      loaded: request.action === 'load',
      skill_names: loaded.map(({ name }) => name),
      new_tool_slugs: newSlugs,
      next_step: { ...nextStepOfSkills(now, newSlugs[0], caller.ctx.searchId) },
    },
  };
}

/** Another host that came meanwhile has no part in it. */
function slugsSince(
  before: ReadonlySet<string>,
  loaded: readonly SkillRecord[],
  core: OperationCore,
): readonly string[] {
  const instances = new Set(loaded.map(({ instanceId }) => instanceId));
  const slugs = callableTools(core)
    .filter(({ slug, instanceId }) => instances.has(instanceId) && !before.has(slug))
    .map(({ slug }) => slug);
  return slugs.toSorted(); // hosts list their tools in any order
}

function callableTools({ catalog }: OperationCore): readonly ToolRecord[] {
  return [...catalog.records()].filter((record) => !record.isStub && record.isLoaded);
}

async function loadByName(
  name: string,
  request: LoadSkillRequest,
  running: RunningOperation,
): Promise<Ending<SkillRecord>> {
  const found = findSkill(name, request, running.core);
  const skill = found.value;
  if (skill === undefined) {
    return found;
  }
  running.span.setRoute({ dccType: skill.dccType, instanceId: skill.instanceId, skillName: skill.name });
  const judged = toolOf(skill, running.core);
  const refusal = judged && checkPolicy(running, 'load_skill', judged);
  if (refusal !== undefined) {
    return { error: refusal.error };
  }
  const upstream = running.core.upstreams.get(skill.instanceId);
  if (upstream === undefined) {
    return { error: { kind: 'instance-offline', message: `The instance of the skill ${name} has left` } };
  }
  const error = await load({ skill, upstream }, request, running);
  return error === undefined ? found : { error };
}

function findSkill(
  name: string,
  { instanceId, dccType }: LoadSkillRequest,
  { catalog }: OperationCore,
): Ending<SkillRecord> {
  const skills = catalog.skill(name, {
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(dccType === undefined ? {} : { dccType }),
  });
  const [skill, other] = skills;
  if (skill === undefined) {
    const known = catalog.skills().map((candidate) => candidate.name);
    const message = `There is no skill '${name}'`;
    return { error: { kind: 'unknown-slug', message, candidates: known.slice(0, 5) } };
  }
  if (other !== undefined) {
    const candidates = skills.map((candidate) => candidate.instanceId);
    const message = `Several instances have the skill '${name}'; name instance_id`;
    return { error: { kind: 'ambiguous', message, candidates } };
  }
  return { value: skill };
}

/** A skill is judged by any tool of it. */
function toolOf(skill: SkillRecord, { catalog }: OperationCore): ToolRecord | undefined {
  const isWhole = skill.kind === 'lazy-upstream';
  for (const record of catalog.records()) {
    if (record.instanceId === skill.instanceId && (isWhole || record.skillName === skill.name)) {
      return record;
    }
  }
  return undefined;
}

interface SkillTarget {
  readonly skill: SkillRecord;
  readonly upstream: Upstream;
}

async function load(
  { skill, upstream }: SkillTarget,
  { action, activateGroups }: LoadSkillRequest,
  { span, caller }: RunningOperation,
): Promise<OperationError | undefined> {
  if (skill.kind === 'dcc-mcp-core') {
    const groups = action === 'unload' ? {} : { activate_groups: activateGroups ?? true };
    const args = { skill_name: skill.name, ...groups };
    const error = await callUpstreamTool(upstream, { name: `${action}_skill`, args, span, signal: caller.signal });
    if (error === undefined) {
      await upstream.refreshTools();
    }
    return error;
  }
  if (action === 'unload') {
    return { kind: 'bad-request', message: `The skill '${skill.name}' can't be unloaded: its host has no way to` };
  }
  const failure = await upstream.connect(upstream.settings.timeoutMillis);
  return failure && { kind: failure.kind, message: failure.message };
}
