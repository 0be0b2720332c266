import { jsonReply, type Reply } from '../../http/reply.ts';
import type { JsonRpcId } from '../../protocol/json-rpc.ts';
import { McpError } from '../../protocol/mcp-protocol.ts';

/** What was thrown as the answer to message `id` (null where it could not be read). @throws Whatever is no McpError. */
export function toErrorReply(id: JsonRpcId, thrown: unknown): Reply {
  if (thrown instanceof McpError) {
    const { httpStatus, retryAfterSeconds, challenge } = thrown;
    const headers = {
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
    };
    return jsonReply({ jsonrpc: '2.0', id, error: thrown.toJson() }, httpStatus, headers);
  }
  throw thrown;
}
