import { childContext, type RequestContext } from '@dcc-mcp/request-context';
import { OPERATION_CALL_BATCH } from '@dcc-mcp/semantic-conventions';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { RunningOperation } from '../frame/core.ts';
import type { Ending, OperationDefinition, OperationEnd, ParsedRequest } from '../frame/operation-definition.ts';
import type { OperationError } from '../frame/operation-error.ts';
import { runOperation } from '../frame/run-operation.ts';
import { parseCallBatch, type ParsedBody } from '../requests/parse-request.ts';
import type { CallBatchItem, CallToolArguments } from '../requests/request-schemas.ts';
import { callOperation, toCallRequest } from './call.ts';

export interface BatchRequest {
  readonly items: readonly CallBatchItem[];
  readonly stopOnError: boolean;
}

/** How one call of a batch ended. */
export interface BatchItemResult {
  /** Place in the batch, from 0. */
  readonly index: number;
  readonly item: CallBatchItem;
  readonly ctx: RequestContext;
  readonly call: OperationEnd<RawJson>;
}

/** How a batch ended. */
export interface BatchResult {
  /** All ran, and all ok. */
  readonly success: boolean;
  /** Only of the items that ran: after a stop or a cancellation there are fewer than items. */
  readonly results: readonly BatchItemResult[];
}

/**
 * Calls tools one after the other; each is an operation of its own. The batch's error is that of its first failing item;
 * a caller that cancels ends it as `stop_on_error` does.
 */
export const callBatchOperation: OperationDefinition<BatchRequest, BatchRequest, BatchResult> = {
  operation: OPERATION_CALL_BATCH,
  isAdmitted: false,
  canBeLate: true,
  parse: (body) => toParsedBatch(parseCallBatch(body)),
  spanInput: ({ items, stopOnError }) =>
    RawJson.object({ calls: RawJson.list(items.map(inputOf)), stop_on_error: stopOnError }),
  resolve: (request) => ({ ok: true, target: request }),
  run: callAll,
  spanOutput: ({ success, results }) => ({ success, ran: results.length }),
  details: ({ request }) => ({ operation: OPERATION_CALL_BATCH, size: request?.items.length }),
};

/** A body, once it is checked. */
export function toParsedBatch(
  parsed: ParsedBody<Pick<CallToolArguments, 'calls' | 'stop_on_error'>>,
): ParsedRequest<BatchRequest> {
  if (!parsed.ok) {
    return parsed;
  }
  const { calls: items = [], stop_on_error: stopOnError = false } = parsed.value;
  return { ok: true, value: { items, stopOnError } };
}

function inputOf({ tool_slug, arguments: args, id }: CallBatchItem): RawJson {
  const given = args === undefined || args instanceof RawJson ? args : RawJson.read(JSON.stringify(args), 0);
  return RawJson.object({ tool_slug, arguments: given, id });
}

async function callAll({ items, stopOnError }: BatchRequest, running: RunningOperation): Promise<Ending<BatchResult>> {
  const results: BatchItemResult[] = [];
  let error: OperationError | undefined;
  for (const [index, item] of items.entries()) {
    const result = await callItem(item, index, running);
    results.push(result);
    error ??= result.call.error;
    const hasFailed = result.call.error !== undefined;
    if (hasFailed && (stopOnError || result.call.outcome === 'cancelled')) {
      break;
    }
  }
  return { value: { success: error === undefined && results.length === items.length, results }, error };
}

async function callItem(
  item: CallBatchItem,
  index: number,
  { core, caller, span, trail }: RunningOperation,
): Promise<BatchItemResult> {
  const ctx = childContext(caller.ctx, index, item.meta);
  const request = toCallRequest(item.tool_slug, item.arguments);
  const itemCaller = { ...caller, ctx, batch: { span, trail, index } };
  const call = await runOperation(callOperation, { ok: true, value: request }, { core, caller: itemCaller });
  return { index, item, ctx, call };
}
