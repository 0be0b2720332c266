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
  /** What the next tools/list gets, and tells every open stream that the list has changed; resolves once it was asked for. */
  writeList(answer: WrittenAnswer | undefined): Promise<void>;
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
    capabilities: { tools: { listChanged: true }, resources: {}, prompts: {}, completions: {} },
    serverInfo: { name: 'hostile', version: '1' },
  },
  ping: {},
  'tools/list': { tools: [TOOL] },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
  'resources/list': { resources: [{ uri: 'file:///a', name: 'a' }] },
  'resources/templates/list': { resourceTemplates: [] },
  'prompts/list': { prompts: [{ name: 'p' }] },
};

export async function startHostileServer(): Promise<HostileServer> {
  const script = new Script();
  const server = createServer((incoming, response) => void serve(incoming, response, script));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    write: (answer) => (script.answer = answer),
    writeList: (answer) => script.changeList(answer),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What was written for whom. */
class Script {
  answer: WrittenAnswer | undefined;
  #list: WrittenAnswer | undefined;
  #listed: PromiseWithResolvers<void> | undefined;
  readonly #streams = new Set<ServerResponse>();

  open(stream: ServerResponse): void {
    this.#streams.add(stream.writeHead(200, { 'content-type': 'text/event-stream' }));
    stream.flushHeaders();
    stream.once('close', () => this.#streams.delete(stream));
  }

  changeList(answer: WrittenAnswer | undefined): Promise<void> {
    this.#list = answer;
    this.#listed = Promise.withResolvers();
    for (const stream of this.#streams) {
      stream.write('data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"}\n\n');
    }
    return this.#listed.promise;
  }

  takeFor(method: string): WrittenAnswer | undefined {
    if (method === 'tools/list') {
      this.#listed?.resolve();
      return this.#list;
    }
    return method === 'initialize' || method === 'ping' ? undefined : this.answer;
  }
}

async function serve(incoming: IncomingMessage, response: ServerResponse, script: Script): Promise<void> {
  if (incoming.method !== 'POST') {
    answerStream(incoming, response, script);
    return;
  }
  const { id, method = '' } = await read(incoming);
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const answer = script.takeFor(method);
  if (answer !== undefined) {
    await send(response, answer, id);
    return;
  }
  const result = RIGHT[method];
  const error = { code: -32601, message: 'Method not found' };
  response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': 's' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) }));
}

function answerStream({ method }: IncomingMessage, response: ServerResponse, script: Script): void {
  if (method === 'GET') {
    script.open(response);
  } else {
    response.writeHead(200).end();
  }
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
