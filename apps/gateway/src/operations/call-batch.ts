import { childContext } from '@dcc-mcp/request-context';
import { type ErrorKind, OPERATION_CALL_BATCH, type Outcome } from '@dcc-mcp/semantic-conventions';
import type { JsonObject } from '../protocol/json-rpc.ts';
import { callTool, type CallInput, type CallResult } from './call.ts';
import type { Caller, OperationCore } from './core.ts';

/** One call of a batch. */
export interface BatchItem extends CallInput {
  /** The caller's own name of the item. */
  readonly id?: string | number | undefined;
  /** `_meta` of the item, for its `search_id`. */
  readonly meta?: JsonObject | undefined;
}

/** How one call of a batch ended. */
export interface BatchItemResult {
  /** Place in the batch, from 0. */
  readonly index: number;
  readonly item: BatchItem;
  readonly caller: Caller;
  readonly call: CallResult;
}

/** How a batch ended. */
export interface BatchResult {
  /** All ran, and all ok. */
  readonly success: boolean;
  /** Only of the items that ran: after a stop or a cancellation there are fewer than items. */
  readonly results: readonly BatchItemResult[];
}

/**
 * Calls tools one after the other. The batch's outcome is that of its first failing item; a caller that cancels ends it
 * as `stopOnError` does.
 */
export async function callBatch(
  core: OperationCore,
  caller: Caller,
  items: readonly BatchItem[],
  stopOnError: boolean,
): Promise<BatchResult> {
  const span = core.spans.startWorkflow(caller.ctx, OPERATION_CALL_BATCH, caller.facts);
  if (span.isRecording) {
    span.setInput({ calls: items.map(inputOf), stop_on_error: stopOnError });
  }
  const results: BatchItemResult[] = [];
  let first: { readonly outcome: Outcome; readonly errorKind: ErrorKind | undefined } | undefined;
  for (const [index, item] of items.entries()) {
    const itemCaller = { ...caller, ctx: childContext(caller.ctx, index, item.meta), batch: span };
    const call = await callTool(core, itemCaller, item);
    results.push({ index, item, caller: itemCaller, call });
    if (call.error !== undefined) {
      first ??= { outcome: call.outcome, errorKind: call.error.kind };
      if (stopOnError || call.outcome === 'cancelled') {
        break;
      }
    }
  }
  const outcome = first?.outcome ?? (caller.isGone() ? 'late_ok' : 'ok');
  const success = first === undefined && results.length === items.length;
  span.setOutput({ success, ran: results.length });
  core.recorder.batch({ ctx: caller.ctx, span, outcome, errorKind: first?.errorKind, size: items.length });
  return { success, results };
}

/** What is asked for, in the words of the caller. An item's `meta` is left out: agent context never is content. */
function inputOf({ toolSlug, arguments: args, id }: BatchItem): object {
  return {
    tool_slug: toolSlug,
    ...(args === undefined ? {} : { arguments: args }),
    ...(id === undefined ? {} : { id }),
  };
}
