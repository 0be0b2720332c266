// An MCP server over HTTP whose mood changes: it is sound, slow, wrong, silent, or not there.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPlainServer } from '../fixtures/plain-server.ts';
import type { Random } from './random.ts';

export const MOODS = ['sound', 'sound', 'slow', 'failing', 'lying', 'cutting', 'silent', 'away'] as const;
export type Mood = (typeof MOODS)[number];

export interface MoodyHost {
  readonly url: string;
  become(mood: Mood): void;
  close(): void;
}

const MAX_SLOW_MILLIS = 600;

/** What a liar sends instead of an answer. */
const LIES: readonly ((response: ServerResponse) => void)[] = [
  (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":'),
  (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
  (response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":"another","result":{}}'),
  (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: nothing\n\n'),
  (response) => response.writeHead(204).end(),
];

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function startMoodyHost(random: Random): Promise<MoodyHost> {
  const plain = await startPlainServer({ tools: ['read_it', 'work'] });
  const sound: Answer = (request, response) => void plain.server.emit('request', request, response);
  const answers: Readonly<Record<Exclude<Mood, 'away'>, Answer>> = {
    sound,
    slow: (request, response) => void setTimeout(sound, random.integer(MAX_SLOW_MILLIS), request, response),
    failing: (_, response) => void response.writeHead(random.pick([500, 502, 503, 429, 404]) ?? 500).end('no'),
    lying: (_, response) => random.pick(LIES)?.(response),
    cutting: (request) => void request.socket.destroy(),
    silent: () => {},
  };
  let mood: Mood = 'sound';
  const server = createServer((request, response) => {
    if (mood !== 'away') {
      answers[mood](request, response);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    become(next) {
      mood = next;
      server.closeAllConnections();
      if (next === 'away') {
        server.close();
      } else if (!server.listening) {
        server.listen(port, '127.0.0.1');
      }
    },
    close() {
      for (const each of [server, plain.server]) {
        each.close();
        each.closeAllConnections();
      }
    },
  };
}
