import { toolFailure } from '@dcc-mcp/request-context';
import type { HopSpan, WorkflowSpan } from '@dcc-mcp/workflow-spans';
import { asList, isJsonObject, type JsonObject, textOf } from '../../protocol/json-rpc.ts';
import type { HopEnvelope, Upstream } from '../../upstream/upstream.ts';
import { type OperationError, outcomeOfError } from '../frame/operation-error.ts';
import { errorOfFailure, hopTarget } from './hop.ts';

export interface ControlCall {
  readonly name: string;
  readonly args: JsonObject;
  /** Of the operation that the call is a part of. */
  readonly span: WorkflowSpan;
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Calls a control tool of an upstream as a part of another operation (load_skill of a dcc-mcp-core host).
 *
 * @returns Why it failed; `undefined` when it worked.
 */
export async function callUpstreamTool(
  upstream: Upstream,
  { name, args, span, signal }: ControlCall,
): Promise<OperationError | undefined> {
  let hopSpan: HopSpan | undefined;
  const hop = await upstream.request({
    method: 'tools/call',
    params: { name, arguments: args },
    begin: (): HopEnvelope => {
      hopSpan = span.startHop(hopTarget(upstream, 'tools/call', name));
      return hopSpan.carrier();
    },
    timeoutMillis: upstream.settings.timeoutMillis,
    ...(signal === undefined ? {} : { signal }),
  });
  const error = hop.ok ? failureOf(hop.result) : errorOfFailure(hop.failure);
  hopSpan?.end({ outcome: error === undefined ? 'ok' : outcomeOfError(error) });
  return error;
}

function failureOf(result: JsonObject): OperationError | undefined {
  return toolFailure(result) ? { kind: 'tool-error', message: toolMessage(result) } : undefined;
}

const MAX_MESSAGE = 500;

/** A failed tool's own words: its first text, shortened. */
export function toolMessage(result: JsonObject): string {
  const block = asList(result['content']).find((item) => isJsonObject(item) && typeof item['text'] === 'string');
  const text = isJsonObject(block) ? textOf(block['text']) : 'The tool reported a failure';
  return text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text;
}
