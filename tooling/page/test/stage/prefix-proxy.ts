import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy that listens. */
export interface PrefixProxy {
  /** `http://127.0.0.1:PORT`, without the prefix. */
  readonly url: string;
  /** Ends the event streams that are open, as a proxy does that waits no longer. @returns How many there were. */
  cutStreams(): number;
  stop(): Promise<void>;
}

/** Hands `prefix/…` on to `/…` of `target`, and knows nothing else. */
export async function openPrefixProxy(prefix: string, target: string): Promise<PrefixProxy> {
  const { host } = new URL(target);
  const streams = new Set<ServerResponse>();
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
        if (reply.headers['content-type'] === 'text/event-stream') {
          streams.add(answer);
          answer.once('close', () => streams.delete(answer));
        }
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
    cutStreams() {
      const { size } = streams;
      streams.forEach((stream) => stream.end());
      return size;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
