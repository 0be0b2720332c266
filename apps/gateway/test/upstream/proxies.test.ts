// HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured for servers over HTTP; this machine is reached without a proxy.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from './fixtures/harness.ts';

const FAR = 'http://maya.example:8765/mcp';

let server: Server;
let gateway: GatewayProcess | undefined;
/** What was asked: with a whole URL of a proxy, with a path of the server itself. */
let asked: Set<string>;

beforeEach(async () => {
  asked = new Set();
  server = createServer((request, response) => {
    asked.add(`${request.method} ${request.url}`);
    void answer(request, response);
  });
  server.on('connect', ({ url }, socket) => {
    asked.add(`CONNECT ${url}`);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  await gateway?.stop();
  server.closeAllConnections();
  server.close();
});

const RESULTS: Readonly<Record<string, object>> = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'far', version: '1' },
  },
  'tools/list': { tools: [{ name: 'render', inputSchema: { type: 'object' } }] },
  'tools/call': { content: [{ type: 'text', text: 'rendered' }] },
  ping: {},
};

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const result = await answerOf(request);
  response.writeHead(result === undefined ? 202 : 200, { 'content-type': 'application/json' });
  response.end(result);
}

async function answerOf(request: IncomingMessage): Promise<string | undefined> {
  const body = await text(request);
  const { id, method } = (body === '' ? {} : JSON.parse(body)) as { id?: number; method?: string };
  const result = RESULTS[method ?? ''];
  const error = { code: -32_601, message: 'Method not found' };
  return id === undefined ? undefined : JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error }) });
}

const own = (path = ''): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

async function start(url: string, env: Readonly<Record<string, string>>): Promise<GatewayProcess> {
  gateway = await startGatewayProcess({ config: { mcpServers: { far: { url } } }, env });
  await gateway.ready();
  return gateway;
}

async function instanceOf({ url }: GatewayProcess) {
  const { instances } = (await (await fetch(`${url}/v1/instances`)).json()) as {
    instances: { status: string; last_error?: string; instance_short: string; dcc_type: string }[];
  };
  return instances[0]!;
}

test.each(['HTTP_PROXY', 'http_proxy'])('a server elsewhere is called through %s', async (name) => {
  const running = await start(FAR, { [name]: own() });
  const { dcc_type: dcc, instance_short: id } = await instanceOf(running);
  const response = await fetch(`${running.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: `${dcc}.${id}.render` }),
  });
  expect(await response.json()).toMatchObject({ ok: true, output: 'rendered' });
  expect(asked).toContain(`POST ${FAR}`);
});

test('for https HTTPS_PROXY is asked for a tunnel', async () => {
  await start('https://maya.example/mcp', { HTTPS_PROXY: own(), HTTP_PROXY: 'http://127.0.0.1:9' });
  await until(() => asked.size > 0);
  expect([...asked]).toEqual(['CONNECT maya.example:443']);
});

test('this machine is reached without it, and so is a host of NO_PROXY', async () => {
  expect((await instanceOf(await start(own('/mcp'), { HTTP_PROXY: 'http://127.0.0.1:9' }))).status).toBe('ready');
  await gateway?.stop();
  asked.clear();
  await start('http://maya.invalid/mcp', { HTTP_PROXY: own(), no_proxy: ' ', NO_PROXY: '.invalid' });
  expect([...asked]).toEqual([]);
});

test('a proxy that is no URL is named', async () => {
  const { last_error: why } = await instanceOf(await start(FAR, { HTTP_PROXY: 'http://[' }));
  expect(why).toContain('HTTP_PROXY names no proxy: it is no URL');
});
