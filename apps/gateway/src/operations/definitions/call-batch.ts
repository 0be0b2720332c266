import { childContext, type RequestContext } from '@dcc-mcp/request-context';
import { OPERATION_CALL_BATCH } from '@dcc-mcp/semantic-conventions';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { RunningOperation } from '../frame/core.ts';
import type { Ending, OperationDefinition, OperationEnd, ParsedRequest } from '../frame/operation-definition.ts';
import type { OperationError } from '../frame/operation-error.ts';
import { runOperation } from '../frame/run-operation.ts';
import { parseCallBatch, type ParsedBody } from '../requests/parse-request.ts';
import type { CallBatchItem, CallToolArguments } from '../requests/request-schemas.ts';
import { callOperation, type CallRequest, toCallRequest } from './call.ts';

export interface BatchRequest {
  readonly calls: readonly BatchCall[];
  readonly stopOnError: boolean;
}

/** One call of a batch: as it was sent, and as it is meant. */
export interface BatchCall {
  readonly item: CallBatchItem;
  readonly request: CallRequest;
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
  spanInput: ({ calls, stopOnError }) =>
    RawJson.object({ calls: RawJson.list(calls.map(inputOf)), stop_on_error: stopOnError }),
  resolve: (request) => ({ ok: true, target: request }),
  run: callAll,
  spanOutput: ({ success, results }) => ({ success, ran: results.length }),
  details: ({ request }) => ({ operation: OPERATION_CALL_BATCH, size: request?.calls.length }),
};

/** A body, once it is checked. */
export function toParsedBatch(
  parsed: ParsedBody<Pick<CallToolArguments, 'calls' | 'stop_on_error'>>,
): ParsedRequest<BatchRequest> {
  if (!parsed.ok) {
    return parsed;
  }
  const { calls: items = [], stop_on_error: stopOnError = false } = parsed.value;
  const calls = items.map((item) => ({ item, request: toCallRequest(item.tool_slug, item.arguments) }));
  return { ok: true, value: { calls, stopOnError } };
}

/** Arguments in a JSON string stand as the object that they are, as those of a call alone do: redaction looks for keys. */
function inputOf({ item: { tool_slug, arguments: args, id }, request: { form } }: BatchCall): RawJson {
  return RawJson.object({ tool_slug, arguments: args !== undefined && form.ok ? form.raw : undefined, id });
}

async function callAll({ calls, stopOnError }: BatchRequest, running: RunningOperation): Promise<Ending<BatchResult>> {
  const results: BatchItemResult[] = [];
  let error: OperationError | undefined;
  for (const [index, each] of calls.entries()) {
    const result = await callItem(each, index, running);
    results.push(result);
    error ??= result.call.error;
    const hasFailed = result.call.error !== undefined;
    if (hasFailed && (stopOnError || result.call.outcome === 'cancelled')) {
      break;
    }
  }
  return { value: { success: error === undefined && results.length === calls.length, results }, error };
}

async function callItem(
  { item, request }: BatchCall,
  index: number,
  { core, caller, span, trail }: RunningOperation,
): Promise<BatchItemResult> {
  const ctx = childContext(caller.ctx, index, item.meta);
  const itemCaller = { ...caller, ctx, batch: { span, trail, index } };
  const call = await runOperation(callOperation, { ok: true, value: request }, { core, caller: itemCaller });
  return { index, item, ctx, call };
}
