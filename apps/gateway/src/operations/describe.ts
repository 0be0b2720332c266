import { OPERATION_DESCRIBE } from '@dcc-mcp/semantic-conventions';
import type { ToolRecord } from '../catalog/tool-record.ts';
import type { JsonObject } from '../protocol/json-rpc.ts';
import { namedRoute, routeOf } from './call.ts';
import type { Caller, OperationCore } from './core.ts';
import { admit, checkPolicy } from './govern.ts';
import { internalError } from './internal-error.ts';
import { nextStep } from './next-step.ts';
import { type OperationError, outcomeOfError } from './operation-error.ts';
import type { OperationResult } from './operation-result.ts';
import { resolveTool } from './resolve-tool.ts';

interface Ending {
  readonly record?: ToolRecord;
  readonly error?: OperationError;
}

/** Shows one tool with its schema. */
export async function describeTool(
  core: OperationCore,
  caller: Caller,
  toolSlug: string,
): Promise<OperationResult<JsonObject>> {
  const span = core.spans.startWorkflow(caller.ctx, OPERATION_DESCRIBE, caller.facts);
  span.setInput({ tool_slug: toolSlug });
  const attempt = async (): Promise<Ending> => {
    const admission = await admit(core, caller, span);
    if (!admission.ok) {
      return { error: admission.refusal.error };
    }
    admission.leave();
    const resolution = await resolveTool(core, toolSlug);
    if (!resolution.ok) {
      span.setRoute(namedRoute(core, toolSlug));
      return { error: resolution.error };
    }
    span.setRoute(routeOf(resolution.record));
    const refusal = checkPolicy(core, 'describe', resolution.record, span);
    return refusal === undefined ? { record: resolution.record } : { record: resolution.record, error: refusal.error };
  };
  const { record, error } = await attempt().catch((defect: unknown): Ending => ({
    error: internalError(core, defect),
  }));
  const value = record === undefined || error !== undefined ? undefined : description(record, caller.ctx.searchId);
  span.setOutput(value);
  core.recorder.followUp({
    ctx: caller.ctx,
    span,
    kind: 'describe',
    toolSlug: record?.slug,
    skillName: record?.skillName,
    outcome: error === undefined ? 'ok' : outcomeOfError(error),
    errorKind: error?.kind,
  });
  return value === undefined
    ? { ok: false, error: error ?? { kind: 'internal', message: 'No tool and no error' } }
    : { ok: true, value };
}

function description(record: ToolRecord, searchId: string | undefined): JsonObject {
  return {
    record: {
      tool_slug: record.slug,
      backend_tool: record.backendTool,
      skill_name: record.skillName ?? null,
      summary: record.summary,
      tags: record.tags,
      dcc_type: record.dccType,
      instance_id: record.instanceId,
      instance_short: record.instanceShort,
      has_schema: record.hasSchema,
      loaded: record.isLoaded,
      annotations: record.annotations,
    },
    tool: record.tool,
    next_step: { ...nextStep(record, searchId, true) },
  };
}
