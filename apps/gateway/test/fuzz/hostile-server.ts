// An MCP server over HTTP whose answers are written by the fuzzer: handshake and tools/list are right, the rest is not.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ByteText, toBytes } from './target.ts';

export interface WrittenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `$ID` stands for the id of the request. */
  readonly body: ByteText;
  /** Where the body is cut into chunks, each sent by itself. */
  readonly cuts: readonly number[];
}

export interface HostileServer {
  readonly url: string;
  /** What every following request but the handshake and tools/list gets; `undefined` for right answers. */
  write(answer: WrittenAnswer | undefined): void;
  close(): void;
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
}

const TOOL = { name: 'work', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
const RIGHT: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {}, resources: {}, prompts: {}, completions: {} },
    serverInfo: { name: 'hostile', version: '1' },
  },
  ping: {},
  'tools/list': { tools: [TOOL] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
  'resources/list': { resources: [{ uri: 'file:///a', name: 'a' }] },
  'resources/templates/list': { resourceTemplates: [] },
  'prompts/list': { prompts: [{ name: 'p' }] },
};
const ALWAYS_RIGHT = new Set(['initialize', 'ping', 'tools/list']);

export async function startHostileServer(): Promise<HostileServer> {
  let written: WrittenAnswer | undefined;
  const server = createServer((incoming, response) => void serve(incoming, response, () => written));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    write: (answer) => (written = answer),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  written: () => WrittenAnswer | undefined,
): Promise<void> {
  if (incoming.method !== 'POST') {
    response.writeHead(incoming.method === 'DELETE' ? 200 : 405).end();
    return;
  }
  const { id, method = '' } = await read(incoming);
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const answer = ALWAYS_RIGHT.has(method) ? undefined : written();
  if (answer !== undefined) {
    await send(response, answer, id);
    return;
  }
  const result = RIGHT[method];
  const error = { code: -32601, message: 'Method not found' };
  response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) }));
}

async function read(incoming: IncomingMessage): Promise<Message> {
  let text = '';
  for await (const chunk of incoming) {
    text += String(chunk);
  }
  return JSON.parse(text) as Message;
}

async function send(response: ServerResponse, { status, headers, body, cuts }: WrittenAnswer, id: unknown) {
  response.writeHead(status, headers);
  for (const chunk of chunksOf(toBytes(body.replaceAll('$ID', JSON.stringify(id))), cuts)) {
    response.write(chunk);
    await new Promise(setImmediate);
  }
  response.end();
}

function chunksOf(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}
