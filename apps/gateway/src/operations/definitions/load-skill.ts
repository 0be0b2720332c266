import { toErrorBody } from '@dcc-mcp/request-context';
import { OPERATION_LOAD_SKILL } from '@dcc-mcp/semantic-conventions';
import type { SkillRecord } from '../../catalog/skill-record.ts';
import { toolIdentity } from '../../catalog/tool-names.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import { type JsonObject, toJsonObject } from '../../protocol/json-rpc.ts';
import { searchesUpstream } from '../../search/query/search-filter.ts';
import { nextStepOfSkills } from '../answers/next-step.ts';
import { untilTried } from '../frame/boot-wait.ts';
import type { OperationCore, RunningOperation } from '../frame/core.ts';
import { checkPermission, permissionsOf } from '../frame/govern.ts';
import type { Ending, OperationDefinition, ParsedRequest } from '../frame/operation-definition.ts';
import type { OperationError } from '../frame/operation-error.ts';
import { recordNotReady } from '../hops/record-exchange.ts';
import { parseLoadSkill } from '../requests/parse-request.ts';
import { loadAtUpstream, type LoadSkillRequest } from './load-at-upstream.ts';

type LoadSkillDefinition = OperationDefinition<LoadSkillRequest, LoadSkillRequest, JsonObject>;

/** Loads skills: starts a lazy upstream, or asks a dcc-mcp-core host. Each name by itself. */
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
  details: () => ({ operation: OPERATION_LOAD_SKILL, record: undefined }),
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

/** One after the other; one that fails keeps none from being loaded, and nothing that was loaded out of the answer. */
async function loadSkills(request: LoadSkillRequest, running: RunningOperation): Promise<Ending<JsonObject>> {
  const { core, caller } = running;
  const before = new Set(callableTools(core).map(toolIdentity));
  const loaded: SkillRecord[] = [];
  const failed: FailedSkill[] = [];
  for (const name of request.skillNames) {
    const { value, error } = await loadByName(name, request, running);
    if (value !== undefined) {
      loaded.push(value);
    }
    if (error !== undefined) {
      failed.push({ name, error });
    }
  }
  const [first] = failed;
  if (first !== undefined && loaded.length === 0) {
    return { error: first.error };
  }
  const newSlugs = slugsSince(before, loaded, running);
  const now = shownSkills(loaded, running);
  const value = {
    loaded: request.action === 'load' && first === undefined,
    skill_names: loaded.map(({ name }) => name),
    ...(first === undefined ? {} : { failed: failed.map(toAnswer) }),
    new_tool_slugs: newSlugs,
    next_step: { ...nextStepOfSkills(now, newSlugs[0], caller.ctx.searchId) },
  };
  return { value, error: first?.error };
}

/** The skills as they are now, with the tools that the caller may use. */
function shownSkills(skills: readonly SkillRecord[], running: RunningOperation): readonly SkillRecord[] {
  const { catalog } = running.core;
  const permissions = permissionsOf(running);
  const now = skills.flatMap(({ name, instanceId }) => catalog.skill(name, { instanceId }));
  return now.flatMap((skill) => permissions.shown(skill, catalog) ?? []);
}

interface FailedSkill {
  readonly name: string;
  readonly error: OperationError;
}

function toAnswer({ name, error }: FailedSkill): JsonObject {
  return { skill_name: name, error: toJsonObject(toErrorBody(error)) };
}

/** What has become callable, under whatever name. Another host that came meanwhile has no part in it. */
function slugsSince(
  before: ReadonlySet<string>,
  loaded: readonly SkillRecord[],
  running: RunningOperation,
): readonly string[] {
  const instances = new Set(loaded.map(({ instanceId }) => instanceId));
  const permissions = permissionsOf(running);
  const slugs = callableTools(running.core)
    .filter((record) => instances.has(record.instanceId) && !before.has(toolIdentity(record)))
    .filter((record) => permissions.shows(record))
    .map(({ slug }) => slug);
  return slugs.toSorted(); // hosts list their tools in any order
}

function callableTools({ catalog }: OperationCore): readonly ToolRecord[] {
  return [...catalog.records()].filter(({ isLoaded }) => isLoaded);
}

/** A value beside an error: the host has loaded a part of the skill. */
async function loadByName(
  name: string,
  request: LoadSkillRequest,
  running: RunningOperation,
): Promise<Ending<SkillRecord>> {
  const found = await findSkillInTime(name, request, running);
  const skill = found.value;
  if (skill === undefined) {
    return found;
  }
  running.span.setRoute({ dccType: skill.dccType, instanceId: skill.instanceId, skillName: skill.name });
  const refusal = checkPermission(running, 'load_skill', (permissions) => permissions.skill(skill));
  if (refusal !== undefined) {
    return { error: refusal.error, rejection: refusal.reason };
  }
  const upstream = running.core.upstreams.get(skill.instanceId);
  if (upstream === undefined) {
    return { error: { kind: 'instance-offline', message: `The instance of the skill ${name} has left` } };
  }
  const { error, isPartial } = await loadAtUpstream({ skill, upstream }, request, running);
  return error === undefined || isPartial === true ? { ...found, error } : { error };
}

/** Of upstreams that boot it is not known yet which skills they have. */
async function findSkillInTime(
  name: string,
  request: LoadSkillRequest,
  running: RunningOperation,
): Promise<Ending<SkillRecord>> {
  const found = findSkill(name, request, running);
  if (found.value !== undefined) {
    return found;
  }
  const isAsked = searchesUpstream({ dccType: request.dccType, instanceId: request.instanceId });
  const permissions = permissionsOf(running);
  const waitingFor = await untilTried(
    running,
    ({ settings }) => isAsked(settings) && permissions.dccType(settings.dccType).outcome === 'allowed',
  );
  const second = findSkill(name, request, running);
  if (second.value !== undefined || waitingFor.length === 0) {
    return second;
  }
  const names = waitingFor.map(({ settings }) => settings.key).join(', ');
  const message = `'${name}' is not known yet: ${names} still start`;
  const { failure } = recordNotReady(running.core, waitingFor, {
    method: 'tools/call',
    message,
    span: running.span.spanContext,
  });
  return { error: { kind: failure.kind, message } };
}

/** Of several instances that have the skill those count that the caller may load it at; one of none is found to be refused. */
function findSkill(
  name: string,
  { instanceId, dccType }: LoadSkillRequest,
  running: RunningOperation,
): Ending<SkillRecord> {
  const { catalog } = running.core;
  const permissions = permissionsOf(running);
  const mayLoad = (candidate: SkillRecord): boolean => permissions.skill(candidate).outcome === 'allowed';
  const named = catalog.skill(name, {
    ...(instanceId === undefined ? {} : { instanceId }),
    ...(dccType === undefined ? {} : { dccType }),
  });
  const allowed = named.filter(mayLoad);
  const skills = allowed.length === 0 ? named.slice(0, 1) : allowed;
  const [skill, other] = skills;
  if (skill === undefined) {
    const known = catalog.skills().filter(mayLoad);
    const candidates = known.slice(0, MAX_CANDIDATES).map((candidate) => candidate.name);
    return {
      error: {
        kind: 'unknown-slug',
        message: `There is no skill '${name}'`,
        recommendedNextAction: 'Search for the tool you need; its hit names the skill to load.',
        candidates,
      },
    };
  }
  if (other !== undefined) {
    const candidates = skills.map((candidate) => candidate.instanceId);
    const message = `Several instances have the skill '${name}'; name instance_id`;
    return { error: { kind: 'ambiguous', message, candidates } };
  }
  return { value: skill };
}

const MAX_CANDIDATES = 5;
