import type { ServedConnections, ServedHttp } from '@dcc-mcp/http-adapter/node';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { WorkerHandle } from './worker-handle.ts';

export interface ConnectionDeskOptions {
  readonly host: string;
  readonly port: number;
  /** The workers that take connections. */
  readonly serving: () => readonly WorkerHandle[];
  /** Serves what no worker takes. */
  readonly own: ServedConnections;
}

/**
 * Accepts the connections of a port and hands each of them to the worker that has the fewest; while none takes any this
 * process serves them itself.
 *
 * @throws {NodeJS.ErrnoException} When it can't listen.
 */
export async function openConnectionDesk({ host, port, serving, own }: ConnectionDeskOptions): Promise<ServedHttp> {
  let turn = 0;
  const hand = (socket: Socket): void => {
    const worker = leastBusy(serving(), (turn += 1));
    if (worker === undefined) {
      own.take(socket);
    } else {
      worker.handOver(socket, () => (socket.destroyed ? undefined : hand(socket)));
    }
  };
  // What has been read here would be missing there.
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) => {
    // Whoever has gone before anybody serves it has nothing to be told.
    socket.on('error', () => undefined);
    hand(socket);
  });
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError(`a server on a port has no address ${String(address)}`);
  }
  const isV6 = address.family === 'IPv6';
  return {
    url: `http://${isV6 ? `[${address.address}]` : address.address}:${address.port}`,
    host,
    port: address.port,
    endBodies: () => own.endBodies(),
    close: async (options) => {
      server.close();
      await own.close(options);
    },
  };
}

/** Of those that have the fewest connections each has its turn. */
function leastBusy(workers: readonly WorkerHandle[], turn: number): WorkerHandle | undefined {
  const fewest = Math.min(...workers.map(({ connections }) => connections));
  const idlest = workers.filter(({ connections }) => connections === fewest);
  return idlest[turn % idlest.length];
}
