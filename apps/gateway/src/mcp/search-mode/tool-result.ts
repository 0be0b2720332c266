import { errorEnvelope, type RequestContext } from '@dcc-mcp/request-context';
import type { OperationError } from '../../operations/frame/operation-error.ts';
import { type JsonObject, type JsonValue, toJsonObject } from '../../protocol/json-rpc.ts';

/** A body of REST as the result of an MCP tool: the same JSON as text and as structured content. */
export function toolResult(body: JsonObject, isError: boolean, more: readonly JsonValue[] = []): JsonObject {
  return {
    content: [{ type: 'text', text: JSON.stringify(body) }, ...more],
    structuredContent: body,
    ...(isError ? { isError: true } : {}),
  };
}

export function errorResult(error: OperationError, ctx: RequestContext): JsonObject {
  return toolResult(toJsonObject(errorEnvelope(error, ctx)), true);
}
