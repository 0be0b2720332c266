// One HTTP server that is many MCP servers: `/<fault>_<entry>` does that fault to each tools/call, and is well otherwise.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FAULTS } from './faults.ts';

/** A server whoever starts it closes. */
export interface FaultServer {
  readonly url: string;
  close(): void;
}

const WORK = { name: 'work', description: 'Does the work.', inputSchema: { type: 'object', properties: {} } };
const RESULTS: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'faulty', version: '1' },
  },
  'tools/list': { tools: [WORK] },
  ping: {},
};

async function readMessage(request: IncomingMessage): Promise<{ readonly id?: unknown; readonly method?: string }> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
  }
  return JSON.parse(text) as { id?: unknown; method?: string };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(405).end();
    return;
  }
  const { id, method = '' } = await readMessage(request);
  const [name] = request.url?.slice(1).split('_') ?? [];
  if (id === undefined) {
    response.writeHead(202).end();
  } else if (method === 'tools/call') {
    FAULTS.find((fault) => fault.name === name)?.commit?.(request, response, id);
  } else {
    const body =
      RESULTS[method] === undefined ? { error: { code: -32601, message: 'unknown' } } : { result: RESULTS[method] };
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
  }
}

export async function startFaultServer(): Promise<FaultServer> {
  const server: Server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
