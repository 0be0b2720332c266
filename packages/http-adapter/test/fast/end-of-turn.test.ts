// Answers of one turn of the event loop leave together, when all that had come is read.
import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { HttpHandler } from '../../src/index.ts';
import { serveConnections, type ServedConnections } from '../../src/node/node.ts';
import { connectRaw, until } from '../raw-client.ts';

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

let served: ServedConnections | undefined;
let listener: Server | undefined;
let sockets: Socket[] = [];

afterEach(async () => {
  sockets.forEach((socket) => socket.destroy());
  await served?.close({ graceMillis: 0 });
  listener?.close();
});

test('each request that has come is read before the first of them is answered', async () => {
  const log: string[] = [];
  const handler: HttpHandler = async (http) => {
    log.push(`read ${http.path}`);
    http.onEnd(() => log.push(`answered ${http.path}`));
    return { status: 200, headers: {}, body: http.path };
  };
  served = serveConnections(handler, { fastPath: true });
  listener = createServer({ pauseOnConnect: true }, (socket) => served?.take(socket)).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const clients = await Promise.all([1, 2, 3].map(() => connectRaw(port)));
  sockets = clients.map(({ socket }) => socket);
  const ask = async (path: string): Promise<void> => {
    sockets.forEach((socket) => socket.write(get(path)));
    await until(() => clients.every(({ heard }) => heard().includes(path)));
  };
  await ask('/warm-up'); // connections are open, and read
  log.length = 0;
  await ask('/a');
  expect(log).toEqual(['read /a', 'read /a', 'read /a', 'answered /a', 'answered /a', 'answered /a']);
});
