import type { JsonRpcRequest } from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';

/** The `uri` that a request of `resources/*` names. @throws {McpError} When it names none. */
export function readResourceUri({ method, params }: JsonRpcRequest): string {
  const uri = params?.['uri'];
  if (typeof uri !== 'string') {
    throw new McpError(ERROR_INVALID_PARAMS, `${method} needs uri, a string`);
  }
  return uri;
}
