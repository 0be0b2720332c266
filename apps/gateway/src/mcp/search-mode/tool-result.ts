import { errorEnvelope, type RequestContext } from '@dcc-mcp/request-context';
import type { OperationError } from '../../operations/frame/operation-error.ts';
import { toJsonObject } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';

/** A body of REST as the result of an MCP tool: the same JSON as text and as structured content. */
export function toolResult(body: RawJson, isError: boolean, more: readonly RawJson[] = []): RawJson {
  // The text stands in no value: inside an object `JSON.stringify` takes seven times as long for one that was joined of pieces.
  const text = RawJson.object({ type: 'text', text: body.text });
  return RawJson.object({
    content: RawJson.list([text, ...more]),
    structuredContent: body,
    isError: isError ? true : undefined,
  });
}

export function errorResult(error: OperationError, ctx: RequestContext): RawJson {
  return toolResult(RawJson.of(toJsonObject(errorEnvelope(error, ctx))), true);
}
