// An MCP server with every feature that a gateway can bridge, in one era and over one transport. As a program over
// stdio:   node whole-server.ts handshake|modern      over HTTP, on a port that it prints:   … handshake|modern http
import { NodeStreamableHTTPServerTransport, toNodeHandler } from '@modelcontextprotocol/node';
import {
  completable,
  createMcpHandler,
  InMemoryServerEventBus,
  inputRequired,
  isInitializeRequest,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';

export type ServerEra = 'handshake' | 'modern';

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });
const QUESTIONS = {
  model: () => inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: 'Say hi' } }], maxTokens: 5 }), // prettier-ignore
  person: () => inputRequired.elicit({ message: 'Who?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } }), // prettier-ignore
  page: () => inputRequired.elicitUrl({ message: 'Sign in', url: 'https://example.test/sign-in' }),
  folders: () => inputRequired.listRoots(),
};
const LISTS = ['tools', 'prompts', 'resources'] as const;

/** What all instances of one server share: a modern one has an instance for each request. */
class WholeServer {
  readonly bus: InMemoryServerEventBus = new InMemoryServerEventBus();
  readonly #era: ServerEra;
  readonly #instances = new Set<McpServer>();
  #cancelled = 0;

  readonly #says: string;

  constructor(era: ServerEra, says = '') {
    this.#era = era;
    this.#says = says;
  }

  create(): McpServer {
    const server = new McpServer(
      { name: 'whole', version: '1.0.0' },
      {
        capabilities: {
          logging: {},
          completions: {},
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: { subscribe: true, listChanged: true },
        },
        cacheHints: { 'resources/list': { ttlMs: 7_000, cacheScope: 'public' } },
      },
    );
    registerTalking(server);
    registerContent(server, this.#says);
    this.#registerChanges(server);
    server.registerTool('wait', { description: 'Works until it is cancelled' }, async (ctx) => {
      await report(ctx, { count: 1, pauseMillis: 0 });
      await wait(20_000, undefined, { signal: ctx.mcpReq.signal }).catch(() => (this.#cancelled += 1));
      return text('waited');
    });
    server.registerTool('cancelled', { description: 'How many calls were cancelled' }, () =>
      text(String(this.#cancelled)),
    );
    if (this.#era === 'handshake') {
      server.server.setRequestHandler('resources/subscribe', () => ({}));
      server.server.setRequestHandler('resources/unsubscribe', () => ({}));
    }
    this.#instances.add(server);
    return server;
  }

  #registerChanges(server: McpServer): void {
    const inputSchema = z.object({ what: z.enum([...LISTS, 'resource']) });
    server.registerTool('change', { description: 'Tells of a change', inputSchema }, async ({ what }) => {
      if (what === 'resource') {
        await this.#tellOfResource('whole://watched');
      } else {
        this.bus.publish({ kind: `${what}_list_changed` });
        this.#connected().forEach((each) => tellOfList(each, what));
      }
      return text('told');
    });
  }

  async #tellOfResource(uri: string): Promise<void> {
    this.bus.publish({ kind: 'resource_updated', uri });
    await Promise.all(this.#connected().map((each) => each.server.sendResourceUpdated({ uri })));
  }

  /** Instances that can tell something: over HTTP a modern one is over with its request. */
  #connected(): readonly McpServer[] {
    return [...this.#instances].filter((each) => each.isConnected());
  }
}

function tellOfList(server: McpServer, what: (typeof LISTS)[number]): void {
  const tell = { tools: () => server.sendToolListChanged(), prompts: () => server.sendPromptListChanged(), resources: () => server.sendResourceListChanged() }; // prettier-ignore
  tell[what]();
}

function registerTalking(server: McpServer): void {
  server.registerTool('echo', { description: 'Says it again', inputSchema: z.object({ text: z.string() }) }, (args) =>
    text(args.text),
  );
  server.registerTool('fail', { description: 'Always fails' }, () => ({ ...text('failed'), isError: true }));
  const reports = z.object({
    count: z.number(),
    pauseMillis: z.number(),
    thenWaitMillis: z.number().optional(),
    thenSay: z.number().optional(),
  });
  server.registerTool('report', { description: 'Reports progress', inputSchema: reports }, async (args, ctx) => {
    await report(ctx, args);
    await wait(args.thenWaitMillis, undefined, { signal: ctx.mcpReq.signal });
    return text('reported'.padEnd(args.thenSay ?? 0, '.'));
  });
  server.registerTool('log', { description: 'Logs at three levels' }, async (ctx) => {
    for (const level of ['debug', 'warning', 'error'] as const) {
      await ctx.mcpReq.log(level, `said at ${level}`);
    }
    return text('logged');
  });
  const whom = z.object({
    whom: z.enum(['model', 'person', 'page', 'folders']),
    thinkMillis: z.number().optional(),
    reports: z.boolean().optional(),
  });
  server.registerTool('ask', { description: 'Asks the client', inputSchema: whom }, async (args, ctx) => {
    await report(ctx, { count: args.reports === true ? 1 : 0, pauseMillis: 0 });
    await wait(args.thinkMillis);
    const answer = ctx.mcpReq.inputResponses?.['answer'];
    return answer === undefined
      ? inputRequired({ inputRequests: { answer: QUESTIONS[args.whom]() } })
      : text(JSON.stringify(answer));
  });
}

async function report(
  ctx: ServerContext,
  args: { readonly count: number; readonly pauseMillis: number },
): Promise<void> {
  const { _meta: meta } = ctx.mcpReq;
  const progressToken = meta?.progressToken;
  for (let progress = 1; progress <= args.count; progress += 1) {
    await wait(args.pauseMillis, undefined, { signal: ctx.mcpReq.signal });
    if (progressToken !== undefined) {
      const params = { progressToken, progress, total: args.count, message: `step ${progress}` };
      await ctx.mcpReq.notify({ method: 'notifications/progress', params });
    }
  }
}

function registerContent(server: McpServer, says: string): void {
  for (const name of ['plain', 'watched']) {
    server.registerResource(name, `whole://${name}`, { mimeType: 'text/plain' }, ({ href }) => ({
      contents: [{ uri: href, mimeType: 'text/plain', text: `This is ${name}${says}` }],
    }));
  }
  const complete = { id: (value: string) => ['alpha', 'beta'].filter((word) => word.startsWith(value)) };
  const template = new ResourceTemplate('whole://by-id/{id}', { list: undefined, complete });
  server.registerResource('by-id', template, {}, ({ href }, { id }) => ({
    contents: [{ uri: href, text: `This is ${String(id)}${says}` }],
  }));
  const argsSchema = z.object({
    city: completable(z.string(), (value) => ['paris', 'prague'].filter((word) => word.startsWith(value))),
  });
  server.registerPrompt('travel', { description: 'Where to', argsSchema }, ({ city }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Go to ${city}` } }],
  }));
}

/** A server over HTTP, in this process. */
export interface ServedWhole {
  readonly url: string;
  close(): void;
}

/** @param says Stands behind what its resources say. */
export async function serveWhole(era: ServerEra, says = ''): Promise<ServedWhole> {
  const whole = new WholeServer(era, says);
  const answer = era === 'modern' ? modernAnswer(whole) : handshakeAnswer(whole);
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.headersSent || response.writeHead(500).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

type Answering = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const bodyOf = (request: IncomingMessage): Promise<unknown> =>
  request.method === 'POST' ? json(request) : Promise.resolve(undefined);

function modernAnswer(whole: WholeServer): Answering {
  const handler = createMcpHandler(() => whole.create(), { legacy: 'reject', bus: whole.bus });
  const node = toNodeHandler(handler) as (...parts: [...Parameters<Answering>, unknown]) => Promise<void>;
  return async (request, response) => node(request, response, await bodyOf(request));
}

function handshakeAnswer(whole: WholeServer): Answering {
  const sessions = new Map<string, NodeStreamableHTTPServerTransport>();
  return async (request, response) => {
    const body = await bodyOf(request);
    const id = request.headers['mcp-session-id'] as string | undefined;
    let transport = id === undefined ? undefined : sessions.get(id);
    if (id === undefined && isInitializeRequest(body)) {
      const opened = new NodeStreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (given) => void sessions.set(given, opened),
      });
      transport = opened;
      await whole.create().connect(opened);
    }
    if (transport === undefined) {
      response.writeHead(id === undefined ? 400 : 404).end();
      return;
    }
    await transport.handleRequest(request, response, body);
  };
}

if (import.meta.main) {
  const [, , era, way] = process.argv;
  const whole = new WholeServer(era === 'modern' ? 'modern' : 'handshake');
  if (way === 'http') {
    const { url } = await serveWhole(era === 'modern' ? 'modern' : 'handshake');
    process.stdout.write(`${url}\n`);
  } else if (era === 'modern') {
    serveStdio(() => whole.create(), { legacy: 'reject' });
  } else {
    await whole.create().connect(new StdioServerTransport());
  }
}
