import { type Grants, missingScope, type Need, scopeRefusal } from '../../http/auth/scopes.ts';
import type { JsonRpcNotification, JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_SERVER, McpError } from '../../protocol/mcp-protocol.ts';

/** What belongs to every conversation, whatever it is for. */
const OF_EVERYONE: ReadonlySet<string> = new Set(['initialize', 'server/discover', 'ping', 'logging/setLevel']);
/** A task is a call that goes on. */
const CALLING = /^(?:tools\/call$|tasks\/)/;

/** The refusal (HTTP 403) of a message that needs a scope which the caller's token does not have. */
export function whyNotGranted(
  message: JsonRpcRequest | JsonRpcNotification,
  grants: Grants | undefined,
  tools: { onlyLooks(tool: unknown): boolean },
): McpError | undefined {
  if (grants === undefined) {
    return undefined;
  }
  const missing = missingScope(grants, needOf(message, tools));
  return missing === undefined
    ? undefined
    : new McpError(ERROR_SERVER, scopeRefusal(missing).message, {
        httpStatus: 403,
        challenge: grants.challenge(missing),
      });
}

function needOf(
  { method, params }: JsonRpcRequest | JsonRpcNotification,
  tools: { onlyLooks(tool: unknown): boolean },
): Need {
  if (OF_EVERYONE.has(method) || method.startsWith('notifications/')) {
    return 'message';
  }
  if (!CALLING.test(method)) {
    return 'mcp:read';
  }
  return method === 'tools/call' && tools.onlyLooks(params?.['name']) ? 'mcp:read' : 'mcp:call';
}
