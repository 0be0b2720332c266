import { errorEnvelope, type RequestContext, toErrorBody } from '@dcc-mcp/request-context';
import { asList, isJsonObject, toJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { BatchResult } from '../definitions/call-batch.ts';
import type { OperationEnd } from '../frame/operation-definition.ts';

/** True where the tool answered, be it with a failure of its own: then the answer is a body, not an error envelope. */
export function hasAnswered(call: OperationEnd<JsonObject>): boolean {
  return call.value !== undefined;
}

/** The body of `POST /v1/call`, and the `structuredContent` of the MCP tool `call`. */
export function callAnswer(call: OperationEnd<JsonObject>, ctx: RequestContext): JsonObject {
  const { record, error, value } = call;
  if (error !== undefined && value === undefined) {
    return toJsonObject(errorEnvelope(error, ctx));
  }
  return {
    ok: error === undefined,
    tool_slug: record?.slug,
    slug: record?.backendTool,
    output: outputOf(value ?? {}),
    ...(error === undefined ? {} : { error: toJsonObject(toErrorBody(error)) }),
    request_id: ctx.requestId,
    trace_id: ctx.traceId,
    duration_ms: Math.round(call.durationMillis * 1000) / 1000,
    ...(record === undefined
      ? {}
      : {
          _meta: {
            dcc: { dcc_type: record.dccType, instance_id: record.instanceId, instance_short: record.instanceShort },
          },
        }),
  };
}

/** The body of `POST /v1/call_batch`. */
export function batchAnswer(batch: BatchResult): JsonObject {
  return {
    success: batch.success,
    results: batch.results.map(({ index, item, call, ctx }) => ({
      index,
      ...(item.id === undefined ? {} : { id: item.id }),
      tool_slug: call.record?.slug ?? item.tool_slug,
      ok: call.error === undefined,
      ...(call.error === undefined || hasAnswered(call)
        ? { result: callAnswer(call, ctx) }
        : { error: toJsonObject(toErrorBody(call.error)) }),
    })),
  };
}

/** What the tool gave: its structured content, else the text of a sole text block, else its content. */
function outputOf(result: JsonObject): JsonValue {
  const { structuredContent, content } = result;
  if (structuredContent !== undefined) {
    return structuredContent;
  }
  const blocks = asList(content);
  const [only] = blocks;
  const isSoleText = blocks.length === 1 && isJsonObject(only) && only['type'] === 'text';
  return isSoleText ? (only['text'] ?? '') : blocks;
}
