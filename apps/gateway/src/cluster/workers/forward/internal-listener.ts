import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { serveConnections } from '@dcc-mcp/http-adapter/node';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { App } from '../../../http/app.ts';
import { OverContext } from './over-context.ts';

/** Who asked a worker: an address and a port. Nobody but a worker can send it here. */
export const PEER_HEADER = 'x-dcc-mcp-peer';

/** More than workers ever have open. */
const MAX_CONNECTIONS = 100_000;

/** What is passed on, answered. */
export interface InternalListener {
  close(graceMillis: number): Promise<void>;
}

/** Answers what processes of this gateway pass on, as if its callers had come here. */
export async function openInternalListener(app: App, path: string): Promise<InternalListener> {
  const connections = serveConnections((http) => app(passedOn(http)), {
    maxConnections: MAX_CONNECTIONS,
    // The worker has the patience for its caller.
    requestTimeoutMillis: 0,
    keepAliveTimeoutMillis: 65_000,
  });
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => connections.take(socket));
  server.listen(path);
  await once(server, 'listening');
  return {
    close: async (graceMillis) => {
      server.close();
      await connections.close({ graceMillis });
    },
  };
}

/** A request with the address of whoever made it. */
function passedOn(http: HttpContext): HttpContext {
  const { [PEER_HEADER]: _, ...headers } = http.headers;
  const [address = '', port = ''] = (headerText(http.headers, PEER_HEADER) ?? '').split(' ');
  return new OverContext(http, {
    headers,
    peerAddress: address === '' ? undefined : address,
    peerPort: port === '' ? undefined : Number(port),
  });
}
