// HTTP_PROXY, HTTPS_PROXY and NO_PROXY are honoured for servers over HTTP; this machine is reached without a proxy.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { text } from 'node:stream/consumers';
import { ProxiedClient } from '../../src/upstream/http/reach/proxied-client.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from './fixtures/harness.ts';

const FAR = 'http://maya.example:8765/mcp';

let server: Server;
let gateway: GatewayProcess | undefined;
/** What was asked: with a whole URL of a proxy, with a path of the server itself. */
let asked: Set<string>;
/** Whether a call ends with its connection. */
let breaksCalls: boolean;
/** Of what has an answer. */
let status: number;

beforeEach(async () => {
  asked = new Set();
  breaksCalls = false;
  status = 200;
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
  if (breaksCalls && result?.includes('rendered') === true) {
    request.socket.destroy();
    return;
  }
  response.writeHead(result === undefined ? 202 : status, { 'content-type': 'application/json' });
  response.end(status === 200 ? result : '');
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

async function callRender(running: GatewayProcess): Promise<{ readonly error?: object }> {
  const { dcc_type: dcc, instance_short: id } = await instanceOf(running);
  const response = await fetch(`${running.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: `${dcc}.${id}.render` }),
  });
  return (await response.json()) as { readonly error?: object };
}

test.each(['HTTP_PROXY', 'http_proxy'])('a server elsewhere is called through %s', async (name) => {
  expect(await callRender(await start(FAR, { [name]: own() }))).toMatchObject({ ok: true, output: 'rendered' });
  expect(asked).toContain(`POST ${FAR}`);
});

describe('a connection that breaks behind a proxy', () => {
  let past: Server;
  let direct: number;

  beforeEach(async () => {
    direct = 0;
    past = createServer().on('connection', (socket) => {
      direct += 1;
      socket.destroy();
    });
    past.listen(0, '127.0.0.1');
    await once(past, 'listening');
  });

  afterEach(() => void past.close());

  test.each([
    ['whose name nobody here knows', () => 'http://maya.invalid/mcp'],
    ['that could be reached past it', () => `http://${hostname()}:${(past.address() as AddressInfo).port}/mcp`],
    ['that refuses others', () => `http://${hostname()}:1/mcp`],
  ])('says nothing of the life of a server %s', async (_, url) => {
    const running = await start(url(), { HTTP_PROXY: own() });
    breaksCalls = true;
    const broken = await callRender(running);
    breaksCalls = false;
    expect(broken.error).toMatchObject({ kind: 'backend-error' });
    expect(await callRender(running)).toMatchObject({ ok: true, output: 'rendered' });
    expect((await instanceOf(running)).status).toBe('ready');
    expect(direct).toBe(0);
  });
});

const withPassword = (): string => own().replace('//', '//ada:sesame@');

async function whyWith(url: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  return (await instanceOf(await start(url, env))).last_error;
}

describe('a proxy is named, without its user and password,', () => {
  test('that makes no tunnel, with its answer', async () => {
    expect(await whyWith('https://maya.invalid/mcp', { HTTPS_PROXY: withPassword() })).toBe(
      `The upstream can not be reached: its proxy answered 502 (HTTPS_PROXY: ${own()})`,
    );
  });

  test.each(['http', 'https'])('that is not there, of a server over %s', async (scheme) => {
    const variable = `${scheme.toUpperCase()}_PROXY`;
    expect(await whyWith(`${scheme}://maya.example/mcp`, { [variable]: 'http://ada:sesame@127.0.0.1:1' })).toBe(
      `The upstream can not be reached: its proxy can not be reached: connection refused (${variable}: http://127.0.0.1:1)`,
    );
  });

  test('whose name means no address', async () => {
    expect(await whyWith('https://maya.example/mcp', { https_proxy: 'proxy.invalid:3128' })).toMatch(
      /its proxy can not be reached: .*(no such host|could not be looked up) \(https_proxy: http:\/\/proxy\.invalid:3128\)$/,
    );
  });

  test('that passes requests on, where it may have answered instead', async () => {
    status = 502;
    expect(await whyWith(FAR, { HTTP_PROXY: withPassword() })).toBe(
      `The upstream answered with HTTP 502 (or its proxy did, HTTP_PROXY: ${own()})`,
    );
  });
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

test.each([
  ['127.0.0.1', undefined],
  ['elsewhere.example', 'HTTP_PROXY: http://127.0.0.1'],
])('with NO_PROXY=%s a client knows which proxy makes its connections', async (without, proxy) => {
  const client = new ProxiedClient(new URL(own()), 1, { url: own(), variable: 'HTTP_PROXY', without });
  await new Promise<void>((resolve) => {
    const handler = {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: () => undefined,
      onResponseEnd: resolve,
      onResponseError: () => resolve(),
    };
    client.dispatch({ method: 'POST', path: '/', headers: [], body: '{}' }, handler);
  });
  await client.destroy();
  expect(client.proxy?.replace(/:\d+$/, '')).toBe(proxy);
});

test('a proxy that is no URL is named', async () => {
  const { last_error: why } = await instanceOf(await start(FAR, { HTTP_PROXY: 'http://[' }));
  expect(why).toContain('HTTP_PROXY names no proxy: it is no URL');
});
