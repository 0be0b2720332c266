// The MCP server behind the gateways whose settings are tried: it says what reached it, works for a while, or fails.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Json } from '../../fixtures/callers.ts';
import { PUBLISHED } from './signed-tokens.ts';

/** A server on a free port of 127.0.0.1, and what it has seen. */
export interface SeenUpstream {
  readonly url: string;
  /** A URL of the same server that never answers a handshake. */
  readonly silentUrl: string;
  /** A URL of a server that says something else of its tool each time. */
  readonly moodyUrl: string;
  /** Where the keys of {@link PUBLISHED} are. */
  readonly keysUrl: string;
  /** `tools/call` that arrived. */
  readonly calls: readonly {
    readonly tool: string;
    readonly arguments: unknown;
    readonly headers: IncomingHttpHeaders;
  }[];
  /** Most of them that were in work at once. */
  readonly mostAtOnce: number;
  close(): void;
}

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: Json; readonly _meta?: Json };
}

/** How long calls of a tool are in work; those of the others are answered at once. */
const WORK_MILLIS: Readonly<Record<string, number>> = { work: 80, dawdle: 1_500 };
/** Progress that is told of a call, and the time between. */
const REPORTS = 5;
const REPORT_MILLIS = 80;
const INPUT = { type: 'object', properties: { n: { type: 'number' } } };
const TOOLS = [
  { name: 'read', inputSchema: INPUT, annotations: { readOnlyHint: true } },
  { name: 'write', inputSchema: INPUT },
  { name: 'wipe', inputSchema: INPUT, annotations: { destructiveHint: true } },
  { name: 'work', inputSchema: INPUT },
  { name: 'report', inputSchema: INPUT },
  { name: 'dawdle', inputSchema: INPUT },
  { name: 'fail', inputSchema: INPUT, annotations: { readOnlyHint: true } },
  { name: 'fail_once', inputSchema: INPUT, annotations: { readOnlyHint: true } },
];
const HANDSHAKE = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'seen', version: '1' },
};
const RESULTS: Readonly<Record<string, object>> = { initialize: HANDSHAKE, 'tools/list': { tools: TOOLS }, ping: {} };

function answer(response: ServerResponse, id: unknown, result: object | undefined): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
}

/** Tells its progress as a stream until it is done. */
async function report(response: ServerResponse, { id, params }: Message): Promise<void> {
  const { _meta: meta } = params ?? {};
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (message: Json): unknown =>
    response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
  for (let progress = 1; progress <= REPORTS; progress += 1) {
    await wait(REPORT_MILLIS);
    send({ method: 'notifications/progress', params: { progressToken: meta?.['progressToken'], progress } });
  }
  send({ id, result: { content: [{ type: 'text', text: 'reported' }] } });
  response.end();
}

/** Starts it; whoever does closes it. */
export async function startSeenUpstream(): Promise<SeenUpstream> {
  const calls: { tool: string; arguments: unknown; headers: IncomingHttpHeaders }[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  let moods = 0;
  const call = async (message: Message, response: ServerResponse, headers: IncomingHttpHeaders) => {
    const { id, params } = message;
    const { name: tool = '', arguments: given = {} } = params ?? {};
    const isFirst = calls.length === 0;
    calls.push({ tool, arguments: given, headers });
    if (tool === 'fail' || (tool === 'fail_once' && isFirst)) {
      response.writeHead(503).end();
      return;
    }
    if (tool === 'report') {
      await report(response, message);
      return;
    }
    atOnce += 1;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
    await wait(WORK_MILLIS[tool] ?? 0);
    atOnce -= 1;
    answer(response, id, { content: [{ type: 'text', text: tool === 'read' ? JSON.stringify(given) : 'done' }] });
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const message = (body === '' ? {} : JSON.parse(body)) as Message;
    if (request.url === '/keys') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(PUBLISHED.keys);
    } else if (message.id === undefined) {
      response.writeHead(request.method === 'POST' ? 202 : 405).end();
    } else if (message.method === 'tools/call') {
      await call(message, response, request.headers);
    } else if (request.url === '/moody' && message.method === 'tools/list') {
      answer(response, message.id, {
        tools: [{ name: 'nod', description: `Mood ${(moods += 1)}`, inputSchema: INPUT }],
      });
    } else if (request.url !== '/silent') {
      answer(response, message.id, RESULTS[message.method ?? '']);
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${base}/mcp`,
    silentUrl: `${base}/silent`,
    moodyUrl: `${base}/moody`,
    keysUrl: `${base}/keys`,
    calls,
    get mostAtOnce() {
      return mostAtOnce;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
