// Gateways that an application starts itself: several at once share nothing, and one that stopped leaves nothing.
import { createGateway, type CreateGatewayOptions, type RunningGateway } from '@dcc-mcp/gateway';
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { findSlug } from '../fixtures/callers.ts';
import { everything } from '../fixtures/servers.ts';
import { countSeries, readFamilies, total } from './families.ts';

const started: RunningGateway[] = [];
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((gateway) => gateway.stop()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function start(options: CreateGatewayOptions = {}): Promise<string> {
  const gateway = await createGateway(options);
  started.push(gateway);
  return gateway.url!;
}

async function scrape(url: string) {
  return readFamilies(await (await fetch(`${url}/metrics`)).text());
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200 && (await fetch(`${url}/readyz`)).status !== 200; attempt += 1) {
    await wait(50);
  }
}

async function answer(
  results: Readonly<Record<string, object>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
  }
  const { id, method = '' } = (text === '' ? {} : JSON.parse(text)) as { id?: unknown; method?: string };
  if (request.method !== 'POST') {
    response.writeHead(405).end();
  } else if (id === undefined) {
    response.writeHead(202).end();
  } else {
    const result = results[method];
    const body = result === undefined ? { error: { code: -32_601, message: 'unknown' } } : { result };
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
  }
}

/** An MCP server over HTTP with that many tools, which all answer. */
async function startManyTools(count: number): Promise<string> {
  const tools = Array.from({ length: count }, (_, index) => ({
    name: `tool_${index}`,
    description: 'Does it.',
    inputSchema: { type: 'object' },
  }));
  const results: Readonly<Record<string, object>> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'many', version: '1' },
    },
    'tools/list': { tools },
    'tools/call': { content: [] },
    ping: {},
  };
  const server = createServer((request, response) => void answer(results, request, response));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/mcp`;
}

describe('createGateway', () => {
  test('is used as in dcc-mcp-core: enablePrometheus, prometheusBasicAuth', async () => {
    const url = await start({ enablePrometheus: true, prometheusBasicAuth: ['u', 'p'] });
    const refused = await fetch(`${url}/metrics`);
    const answered = await fetch(`${url}/metrics`, { headers: { authorization: `Basic ${btoa('u:p')}` } });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="dcc-mcp metrics", charset="UTF-8"',
    ]);
    expect(await answered.text()).toContain('dcc_mcp_build_info{');
  });

  test.each<[string, readonly unknown[]]>([
    ['no password', ['u']],
    ['a password that is undefined', ['u', undefined]],
    ['an empty password', ['u', '']],
    ['nothing', []],
  ])('does not start with prometheusBasicAuth of %s, rather than without a guard', async (_, credentials) => {
    const prometheusBasicAuth = credentials as unknown as readonly [string, string];
    await expect(start({ enablePrometheus: true, prometheusBasicAuth })).rejects.toThrow('metrics.basicAuth');
  });

  test('without metrics there is no /metrics', async () => {
    expect((await fetch(`${await start()}/metrics`)).status).toBe(404);
  });

  test('two gateways have registries of their own', async () => {
    const config = { mcpServers: { everything } };
    const one = await start({ enablePrometheus: true, config });
    const other = await start({ enablePrometheus: true, config });
    await Promise.all([untilReady(one), untilReady(other)]);
    const body = JSON.stringify({ tool_slug: await findSlug(one, 'everything', 'echo'), arguments: { message: 'hi' } });
    await fetch(`${one}/v1/call`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const families = await Promise.all([scrape(one), scrape(other)]);
    expect(families.map((each) => total(each, 'dcc_mcp_tool_calls_total'))).toEqual([1, 0]);
    expect(families.map((each) => total(each, 'dcc_mcp_gateway_searches_total'))).toEqual([1, 0]);
  }, 30_000);

  test('more registered tools than the budget: _other takes the rest, and the SDK folds nothing', async () => {
    const url = await start({
      enablePrometheus: true,
      config: { mcpServers: { many: { url: await startManyTools(2_500), concurrency: 16, queue: 1_000 } } },
    });
    await untilReady(url);
    const slug = await findSlug(url, 'many', 'tool_0');
    for (let from = 0; from < 2_500; from += 25) {
      const calls = Array.from({ length: 25 }, (_, index) => ({
        tool_slug: slug.replace(/tool_0$/, `tool_${from + index}`),
        arguments: {},
      }));
      const body = JSON.stringify({ calls });
      await fetch(`${url}/v1/call_batch`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    }
    const text = await (await fetch(`${url}/metrics`)).text();
    const families = readFamilies(text);
    expect(total(families, 'dcc_mcp_tool_calls_total', { status: 'success' })).toBe(2_500);
    expect(total(families, 'dcc_mcp_tool_calls_total', { tool: '_other', status: 'success' })).toBeGreaterThan(1_000);
    const overflow = { instrument: 'dcc_mcp.tool.calls' };
    expect(total(families, 'dcc_mcp_telemetry_overflow_total', overflow)).toBeGreaterThan(1_000);
    const counts = [...families.values()].map((family) => countSeries(family));
    expect(Math.max(...counts)).toBeGreaterThan(1_800);
    expect(Math.max(...counts)).toBeLessThanOrEqual(2_000);
    expect(text).not.toContain('otel_metric_overflow');
  }, 60_000);
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** What keeps a process alive, by kind. */
function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  // Connections of this test's own client come and go.
  for (const kind of process.getActiveResourcesInfo().filter((each) => each !== 'TCPSocketWrap')) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Whether there is more of any kind. */
function hasMore(now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): boolean {
  return Object.entries(now).some(([kind, count]) => count > (before[kind] ?? 0));
}

function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name as 'exit'), 0);
}

async function startAndStop(): Promise<void> {
  const gateway = await createGateway({ enablePrometheus: true, config: { mcpServers: {} } });
  const response = await fetch(`${gateway.url!}/metrics`, { headers: { connection: 'close' } });
  await response.text();
  await gateway.stop();
}

describe('start, stop, start again', () => {
  test('twenty times leaves no handle, no listener and no memory', async () => {
    for (let warmUp = 0; warmUp < 5; warmUp += 1) {
      await startAndStop();
    }
    await wait(50);
    const before = { resources: resources(), listeners: listeners() };
    collectGarbage();
    const heapBefore = process.memoryUsage().heapUsed;
    for (let round = 0; round < 20; round += 1) {
      await startAndStop();
    }
    // Timers of this test's own client end a little later.
    for (let attempt = 0; attempt < 40 && hasMore(resources(), before.resources); attempt += 1) {
      await wait(100);
    }
    expect(hasMore(resources(), before.resources)).toBe(false);
    expect(listeners()).toBe(before.listeners);
    collectGarbage();
    // A gateway that stayed alive is about half a MiB.
    expect((process.memoryUsage().heapUsed - heapBefore) / 2 ** 20).toBeLessThan(4);
  }, 60_000);
});
