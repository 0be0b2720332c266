import { jsonReply, type Reply, withHeader } from '../../http/reply.ts';
import type { RouteHandler, RouteTable } from '../../http/route-table.ts';
import { ERROR_INVALID_REQUEST } from '../../protocol/mcp-protocol.ts';
import type { McpEndpoint } from './endpoint.ts';
import { toErrorReply } from './error-reply.ts';
import type { HttpOrigin } from './http-exchange.ts';

/** To a body that could not be read as a whole. */
const NOT_READ = {
  too_large: {
    status: 413,
    message: (limitBytes: number) =>
      `The body is larger than ${limitBytes} bytes; send a smaller one, or have the operator raise server.bodyLimitBytes`,
  },
  aborted: { status: 400, message: () => 'The body broke off' },
  overloaded: { status: 503, message: () => 'The gateway holds as many large bodies as it may; try again' },
  stopping: { status: 503, message: () => 'The gateway is shutting down, and the body has not come' },
};

/** The routes of `/mcp`. */
export function mcpRoutes(endpoint: McpEndpoint, bodyLimitBytes: number): RouteTable {
  const answer =
    (take: (origin: HttpOrigin) => Promise<Reply>): RouteHandler =>
    async (origin) =>
      endpoint.named(await orError(() => take(origin)), origin);
  return {
    'POST /mcp': {
      guard: 'api',
      needs: 'message',
      takes: 'messages',
      handler: async (origin) => {
        const reading = await origin.http.readBody(bodyLimitBytes);
        if (reading.ok) {
          return endpoint.post(reading.text, origin);
        }
        const { status, message } = NOT_READ[reading.reason];
        const error = { code: ERROR_INVALID_REQUEST, message: message(bodyLimitBytes) };
        const refusal = jsonReply({ jsonrpc: '2.0', id: null, error }, status);
        return endpoint.named(status === 503 ? withHeader(refusal, 'retry-after', '1') : refusal, origin);
      },
    },
    'GET /mcp': {
      guard: 'api',
      needs: 'message',
      takes: 'work',
      handler: answer((origin) => endpoint.get(origin)),
    },
    'HEAD /mcp': { guard: 'api', needs: 'message', handler: answer((origin) => endpoint.head(origin)) },
    'DELETE /mcp': { guard: 'api', needs: 'message', handler: answer((origin) => endpoint.delete(origin)) },
  };
}

async function orError(answer: () => Promise<Reply>): Promise<Reply> {
  try {
    return await answer();
  } catch (error) {
    return toErrorReply(null, error);
  }
}
