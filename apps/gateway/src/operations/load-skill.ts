import { OPERATION_LOAD_SKILL } from '@dcc-mcp/semantic-conventions';
import type { JsonObject } from '../protocol/json-rpc.ts';
import type { Caller, OperationCore } from './core.ts';
import { internalError } from './internal-error.ts';
import { nextStepOfSkills } from './next-step.ts';
import { outcomeOfError } from './operation-error.ts';
import type { OperationResult } from './operation-result.ts';
import { type LoadedSkills, type LoadSkillInput, SkillLoading } from './skill-loading.ts';

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
  const ending = await new SkillLoading(core, caller, input, span).run().catch((defect: unknown): LoadedSkills => ({
    loaded: [],
    newSlugs: [],
    error: internalError(core, defect),
  }));
  const { error } = ending;
  const value = { loaded: input.action !== 'unload', ...answer(core, ending, caller.ctx.searchId) };
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

function answer(core: OperationCore, { loaded, newSlugs }: LoadedSkills, searchId: string | undefined): JsonObject {
  const now = loaded.flatMap(({ name, instanceId }) => core.catalog.skill(name, { instanceId }));
  return {
    skill_names: loaded.map(({ name }) => name),
    new_tool_slugs: newSlugs,
    next_step: { ...nextStepOfSkills(now, newSlugs[0], searchId) },
  };
}
