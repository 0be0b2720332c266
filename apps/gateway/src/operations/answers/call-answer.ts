import { errorEnvelope, type RequestContext, toErrorBody } from '@dcc-mcp/request-context';
import { toJsonObject } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { BatchItemResult, BatchResult } from '../definitions/call-batch.ts';
import type { OperationEnd } from '../frame/operation-definition.ts';
import { callMeta } from './call-meta.ts';
import { callOutput } from './call-output.ts';

/** What is answered to a call, or to several. */
export interface CallAnswer {
  /** The body of the REST answer, and the `structuredContent` of the MCP tool `call`. */
  readonly body: RawJson;
  /** What the `content` of the MCP answer has behind that body: blocks that are no text, each where its stand-in says. */
  readonly blocks: readonly RawJson[];
}

/** The body comes first in the `content` of an MCP answer. */
const FIRST_BLOCK = 1;

/** The answer to one call. */
export function callAnswer(
  call: OperationEnd<RawJson>,
  ctx: RequestContext,
  firstBlock: number = FIRST_BLOCK,
): CallAnswer {
  const { record, error, value } = call;
  if (value === undefined) {
    const told = error ?? { kind: 'internal', message: 'No answer and no error' };
    return { body: RawJson.of(toJsonObject(errorEnvelope(told, ctx))), blocks: [] };
  }
  const { output, blocks } = callOutput(value, firstBlock);
  const body = RawJson.object({
    ok: error === undefined,
    tool_slug: record?.slug,
    slug: record?.backendTool,
    output,
    error: error && toJsonObject(toErrorBody(error)),
    request_id: ctx.requestId,
    trace_id: ctx.traceId,
    duration_ms: Math.round(call.durationMillis * 1000) / 1000,
    _meta: record && callMeta(record, call.validation),
  });
  return { body, blocks };
}

/** The answer to a batch. */
export function batchAnswer({ success, results }: BatchResult): CallAnswer {
  const blocks: RawJson[] = [];
  const items: RawJson[] = [];
  for (const result of results) {
    const answer = itemAnswer(result, FIRST_BLOCK + blocks.length);
    blocks.push(...answer.blocks);
    items.push(answer.body);
  }
  return { body: RawJson.object({ success, results: RawJson.list(items) }), blocks };
}

function itemAnswer({ index, item, call, ctx }: BatchItemResult, firstBlock: number): CallAnswer {
  const { record, error, value } = call;
  const answer = error === undefined || value !== undefined ? callAnswer(call, ctx, firstBlock) : undefined;
  const body = RawJson.object({
    index,
    id: item.id,
    tool_slug: record?.slug ?? item.tool_slug,
    ok: error === undefined,
    result: answer?.body,
    error: answer === undefined && error !== undefined ? toJsonObject(toErrorBody(error)) : undefined,
  });
  return { body, blocks: answer?.blocks ?? [] };
}
