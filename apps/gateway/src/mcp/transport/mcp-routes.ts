import { jsonReply, type Reply } from '../../http/reply.ts';
import type { RouteTable } from '../../http/route-table.ts';
import { ERROR_INVALID_REQUEST } from '../../protocol/mcp-protocol.ts';
import type { McpEndpoint } from './endpoint.ts';
import { toErrorReply } from './error-reply.ts';

const TOO_LARGE = {
  jsonrpc: '2.0',
  id: null,
  error: { code: ERROR_INVALID_REQUEST, message: 'The body is too large' },
};

/** The routes of `/mcp`. */
export function mcpRoutes(endpoint: McpEndpoint, bodyLimitBytes: number): RouteTable {
  return {
    'POST /mcp': {
      guard: 'api',
      isWork: true,
      handler: async (origin) => {
        const reading = await origin.http.readBody(bodyLimitBytes);
        return reading.ok ? endpoint.post(reading.text, origin) : jsonReply(TOO_LARGE, 413);
      },
    },
    'GET /mcp': { guard: 'api', isWork: true, handler: (origin) => orError(() => endpoint.get(origin)) },
    'DELETE /mcp': { guard: 'api', handler: (origin) => orError(() => endpoint.delete(origin)) },
  };
}

async function orError(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    return toErrorReply(null, error);
  }
}
