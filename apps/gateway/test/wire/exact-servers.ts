// Upstreams that write their answers by hand: over HTTP in both eras, as a body and as a stream, and over standard streams.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { answersTo, type SentMessage } from './exact-answers.ts';

const KINDS = [
  ['json', 'legacy', false],
  ['sse', 'legacy', true],
  ['newjson', 'modern', false],
  ['newsse', 'modern', true],
] as const;

export interface ExactServers {
  /** Names in `mcpServers`, which are also the dcc types. */
  readonly names: readonly string[];
  readonly mcpServers: object;
  stop(): void;
}

/** The one over standard streams, as `mcpServers` has it. */
export const EXACT_CHILD: object = {
  command: process.execPath,
  args: [join(import.meta.dirname, 'exact-child.ts')],
};

/** Starts all of them. Whoever starts them stops them. */
export async function startExactServers(): Promise<ExactServers> {
  const servers: Server[] = [];
  const mcpServers: Record<string, object> = {
    pipe: EXACT_CHILD,
  };
  for (const [name, era, isStream] of KINDS) {
    const server = createServer((request, response) => {
      void text(request).then((sent) => answer(response, { sent, verb: request.method, era, isStream }));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    mcpServers[name] = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` };
  }
  return {
    names: Object.keys(mcpServers),
    mcpServers,
    stop: () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

interface Asked {
  readonly sent: string;
  readonly verb: string | undefined;
  readonly era: 'legacy' | 'modern';
  readonly isStream: boolean;
}

function answer(response: ServerResponse, { sent, verb, era, isStream }: Asked): void {
  if (verb !== 'POST') {
    response.writeHead(405).end();
    return;
  }
  const answers = answersTo(sent, era);
  const last = answers.at(-1);
  const { id } = JSON.parse(sent) as SentMessage;
  if (last === undefined) {
    if (id === undefined) {
      response.writeHead(202).end();
    }
    return; // a call that is never answered
  }
  if (isStream || answers.length > 1) {
    // What comes under another name is for others, however much it looks like the answer.
    const beat = `{"jsonrpc":"2.0","id":${id},"result":{"isError":true,"content":[]}}`;
    const events = answers.map((each) => `event: message\ndata: ${each}\n\n`);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`\ufeffevent: heartbeat\ndata: ${beat}\n\n${events.join('')}`);
  } else {
    response.writeHead(200, { 'content-type': 'application/json' }).end(last);
  }
}
