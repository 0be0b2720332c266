import { extractTrace } from '../carriers/trace-carriers.ts';
import { readRestRequestId, toMcpRequestId } from '../identity/request-ids.ts';
import type { RequestContextSettings } from './request-context-settings.ts';
import { RequestContext, type RequestInput } from './request-context.ts';

/**
 * Reads who asks and in which trace from one request. Never throws, whatever a caller sent: what can't be taken is left out
 * and noted in `warnings`.
 */
export function readRequestContext(input: RequestInput, settings: RequestContextSettings): RequestContext {
  const sessionKey = input.session === undefined ? undefined : settings.sessionKey(input.session.id);
  const id =
    input.transport === 'rest'
      ? readRestRequestId(input.headers, settings)
      : toMcpRequestId(sessionKey, input.jsonrpcId, settings);
  return new RequestContext(input, settings, {
    requestId: id.requestId,
    isIdReplaced: id.isReplaced,
    sessionKey,
    trace: extractTrace(input.headers, input.meta, settings),
  });
}
