import type { BatchItem } from './call-batch.ts';
import type { CallBatchItem, LoadSkillBody } from './request-schemas.ts';
import type { LoadSkillInput } from './skill-loading.ts';

/** One item of a batch, as operations take it. */
export function toBatchItem(call: CallBatchItem): BatchItem {
  return { toolSlug: call.tool_slug, arguments: call.arguments, id: call.id, meta: call.meta };
}

/** A load_skill request, as operations take it. */
export function toLoadSkillInput(body: LoadSkillBody): LoadSkillInput {
  const names = [...(body.skill_name === undefined ? [] : [body.skill_name]), ...(body.skill_names ?? [])];
  return {
    skillNames: [...new Set(names)],
    instanceId: body.instance_id,
    dccType: body.dcc_type,
    activateGroups: body.activate_groups,
  };
}
