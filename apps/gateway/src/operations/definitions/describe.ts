import { OPERATION_DESCRIBE } from '@dcc-mcp/semantic-conventions';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { nextStep } from '../answers/next-step.ts';
import type { RunningOperation } from '../frame/core.ts';
import { permissionsOf } from '../frame/govern.ts';
import type { OperationDefinition } from '../frame/operation-definition.ts';
import { parseDescribe } from '../requests/parse-request.ts';
import type { DescribeBody } from '../requests/request-schemas.ts';
import { resolveTool, type ToolTarget } from './resolve-tool.ts';

/** Shows one tool with its schema. */
export const describeOperation: OperationDefinition<DescribeBody, ToolTarget, JsonObject> = {
  operation: OPERATION_DESCRIBE,
  isAdmitted: true,
  policy: 'describe',
  canBeLate: false,
  parse: parseDescribe,
  spanInput: ({ tool_slug: toolSlug }) => ({ tool_slug: toolSlug }),
  resolve: ({ tool_slug: toolSlug }, running) => resolveTool(running, 'describe', toolSlug),
  run: async ({ record, upstream }, running) => ({
    value: description(record, await toolOf(record, upstream), running),
  }),
  follows: ({ record }) => ({ toolSlug: record?.slug, skillName: record?.skillName, isSuccess: false }),
  details: ({ record }) => ({ operation: OPERATION_DESCRIBE, record }),
};

/** The upstream's own words; of a tool that is not listed, because its skill is not loaded, the host is asked for them. */
async function toolOf(record: ToolRecord, upstream: Upstream): Promise<JsonObject> {
  const isTold = record.needsLoad && !record.isStub && record.hasSchema;
  return (isTold ? await upstream.describeUnloaded?.(record.backendTool) : undefined) ?? record.tool;
}

function description(record: ToolRecord, tool: JsonObject, running: RunningOperation): JsonObject {
  const { searchId } = running.caller.ctx;
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
    tool,
    next_step: { ...nextStep(record, { searchId, permissions: permissionsOf(running), hasSeenSchema: true }) },
  };
}
