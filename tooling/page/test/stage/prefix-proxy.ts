import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy that listens. */
export interface PrefixProxy {
  /** `http://127.0.0.1:PORT`, without the prefix. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Hands `prefix/…` on to `/…` of `target`, and knows nothing else. */
export async function openPrefixProxy(prefix: string, target: string): Promise<PrefixProxy> {
  const { host } = new URL(target);
  const server = createServer((asked, answer) => {
    const path = asked.url?.startsWith(`${prefix}/`) === true ? asked.url.slice(prefix.length) : undefined;
    if (path === undefined) {
      answer.writeHead(404).end();
      return;
    }
    const onward = request(
      `${target}${path}`,
      { method: asked.method, headers: { ...asked.headers, host } },
      (reply) => {
        answer.writeHead(reply.statusCode!, reply.headers);
        reply.pipe(answer);
      },
    );
    onward.once('error', () => answer.destroy());
    answer.once('close', () => onward.destroy());
    asked.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
