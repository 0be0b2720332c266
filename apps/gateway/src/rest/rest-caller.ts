import type { HttpContext } from '@dcc-mcp/http-adapter';
import { readRequestContext } from '@dcc-mcp/request-context';
import type { Caller, OperationCore } from '../operations/core.ts';
import { isJsonObject } from '../protocol/json-rpc.ts';

/** The caller of a REST request. */
export function restCaller(
  core: OperationCore,
  http: HttpContext,
  authSubject: string | undefined,
  body: unknown,
): Caller {
  const meta = isJsonObject(body) ? body['meta'] : undefined;
  const { headers, peerAddress } = http;
  const ctx = readRequestContext(
    {
      transport: 'rest',
      headers,
      ...(meta === undefined ? {} : { meta }),
      ...(body === undefined ? {} : { body }),
      ...(peerAddress === undefined ? {} : { peerAddress }),
      ...(authSubject === undefined ? {} : { authSubject }),
    },
    core.contextSettings,
  );
  return { ctx, isGone: () => http.isGone(), facts: { networkTransport: 'tcp' } };
}
