// One HTTP server that is many MCP servers: at `/<script>_<anything>` each tools/call runs that script.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface ScriptedServer {
  readonly url: string;
  /** Resolves once a `tools/call` has arrived at that path. */
  called(path: string): Promise<void>;
  /** Lets the `held` calls at that path be answered. */
  release(path: string): void;
  close(): void;
}

type Script = (response: ServerResponse, id: unknown, released: Promise<void>) => unknown;

const WORK = {
  name: 'work',
  description: 'Does the work.',
  inputSchema: { type: 'object', properties: { n: { type: 'number' } } },
};
const RESULTS: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-06-18',
    capabilities: { tools: {} },
    serverInfo: { name: 'scripted', version: '1' },
  },
  'tools/list': { tools: [WORK] },
  ping: {},
};

function json(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const result =
  (value: object): Script =>
  (response, id) =>
    json(response, { jsonrpc: '2.0', id, result: value });
const text = (value: string): object => ({ content: [{ type: 'text', text: value }] });

const SCRIPTS: Readonly<Record<string, Script>> = {
  ok: result(text('done')),
  iserror: result({ ...text('no such node'), isError: true }),
  structured: result({ content: [], structuredContent: { success: false } }),
  textual: result(text('{"success":false}')),
  escaped: result(text(String.raw`{"\u0073uccess":false}`)),
  nested: result({ content: [], structuredContent: { inner: { success: false }, success: 'false' } }),
  rpcerror: (response, id) => json(response, { jsonrpc: '2.0', id, error: { code: -32603, message: 'inner trouble' } }),
  http500: (response) => response.writeHead(500).end('inner trouble'),
  http403: (response) => response.writeHead(403).end('not you'),
  garbage: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":'),
  hang: () => undefined,
  slow: async (response, id, released) => {
    await wait(300);
    result(text('late'))(response, id, released);
  },
  held: async (response, id, released) => {
    await released;
    result(text('late'))(response, id, released);
  },
};

/** By path: what opens once and stays open. */
class Gate {
  readonly #doors = new Map<string, PromiseWithResolvers<void>>();

  opened(path: string): Promise<void> {
    return this.#door(path).promise;
  }

  open(path: string): void {
    this.#door(path).resolve();
  }

  #door(path: string): PromiseWithResolvers<void> {
    const door = this.#doors.get(path) ?? Promise.withResolvers<void>();
    this.#doors.set(path, door);
    return door;
  }
}

interface Gates {
  readonly called: Gate;
  readonly released: Gate;
}

async function read(request: IncomingMessage): Promise<{ readonly id?: unknown; readonly method?: string }> {
  let body = '';
  for await (const chunk of request) {
    body += String(chunk);
  }
  return JSON.parse(body) as { id?: unknown; method?: string };
}

async function serve(request: IncomingMessage, response: ServerResponse, gates: Gates): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(405).end();
    return;
  }
  const { id, method = '' } = await read(request);
  const path = request.url?.slice(1) ?? '';
  if (id === undefined) {
    response.writeHead(202).end();
  } else if (method === 'tools/call') {
    gates.called.open(path);
    SCRIPTS[path.split('_')[0] ?? '']?.(response, id, gates.released.opened(path));
  } else if (RESULTS[method] === undefined) {
    json(response, { jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } });
  } else {
    json(response, { jsonrpc: '2.0', id, result: RESULTS[method] });
  }
}

export async function startScriptedServer(): Promise<ScriptedServer> {
  const gates: Gates = { called: new Gate(), released: new Gate() };
  const server = createServer((request, response) => void serve(request, response, gates));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    called: (path) => gates.called.opened(path),
    release: (path) => gates.released.open(path),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
