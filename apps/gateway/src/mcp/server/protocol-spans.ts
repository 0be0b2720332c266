import type { Outcome } from '@dcc-mcp/semantic-conventions';
import type { SpanEnd } from '@dcc-mcp/workflow-spans';
import type { OperationCore } from '../../operations/frame/core.ts';
import type { JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_INTERNAL } from '../../protocol/mcp-protocol.ts';
import { mcpCaller } from '../exchange/caller.ts';
import type { Answer, Exchange } from '../exchange/exchange.ts';

/** Spans of the methods that the gateway answers itself: initialize, tools/list, ping … */
export function createProtocolSpans(
  core: OperationCore,
): (request: JsonRpcRequest, exchange: Exchange) => (answer: Answer) => void {
  return (request, exchange) => {
    const { ctx, facts } = mcpCaller(core, { request, exchange });
    const span = core.spans.startProtocol(ctx, request.method, facts);
    return (answer) => span.end(endOf(answer));
  };
}

function endOf(answer: Answer): SpanEnd {
  if (!('error' in answer)) {
    return { outcome: 'ok' };
  }
  const { code } = answer.error;
  return { outcome: outcomeOfCode(code), rpcErrorCode: code };
}

/** The outcome of a request that the gateway itself answers with this JSON-RPC error: any other code than an internal error says that the client asked wrongly. */
export function outcomeOfCode(code: number): Outcome {
  return code === ERROR_INTERNAL ? 'internal' : 'bad_request';
}
