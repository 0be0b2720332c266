// Whatever callers send: the target stays up, series stay few, registered tools go on counting.
import { describeWithTools, findPromtool } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { type Caller, connectCallers, findSlug } from '../fixtures/callers.ts';
import { everything } from '../fixtures/servers.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { countSeries, type Family, readFamilies, total } from './families.ts';

const NAMES = 100_000;
const ITEMS = 25;
const SERIES_BUDGET = 2_000;

let gateway: GatewayProcess;
let callers: readonly Caller[] = [];
let echo = '';

beforeAll(async () => {
  gateway = await startGatewayProcess({ config: { mcpServers: { everything } }, args: ['--metrics'] });
  await gateway.ready();
  callers = await connectCallers(gateway.url);
  echo = await findSlug(gateway.url, 'everything', 'echo');
}, 30_000);

afterAll(async () => {
  await Promise.all(callers.map((caller) => caller.close()));
  await gateway.stop();
});

const agent = new Agent({ keepAlive: true, maxSockets: 4 });
afterAll(() => agent.destroy());

/** Posts to the gateway; gives the status. Node's own client is cheaper than `fetch`. */
function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${gateway.url}${path}`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

async function scrapeFamilies(): Promise<ReadonlyMap<string, Family>> {
  const response = await fetch(`${gateway.url}/metrics`);
  expect(response.status).toBe(200);
  return readFamilies(await response.text());
}

async function countEchoes(): Promise<number> {
  return total(await scrapeFamilies(), 'dcc_mcp_tool_calls_total', { tool: 'everything__echo', status: 'success' });
}

function hostileName(index: number): string {
  const forms = [
    `maya.0a1b2c3d.tool_${index}`,
    `"\n\\{le="${index}"}`,
    `\u0000${index}é😀`,
    `_other${index}`,
    `${index}`,
  ];
  return forms[index % forms.length]!;
}

async function callMadeUpNames(from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += ITEMS * 4) {
    const batches = [0, 1, 2, 3].map((batch) => {
      const calls = Array.from({ length: ITEMS }, (_, item) => ({
        tool_slug: hostileName(index + batch * ITEMS + item),
        arguments: {},
      }));
      return post('/v1/call_batch', JSON.stringify({ calls }));
    });
    expect(await Promise.all(batches)).toEqual([200, 200, 200, 200]);
  }
}

describe(`${NAMES} made-up tool names over REST`, () => {
  let before = 0;
  let families: ReadonlyMap<string, Family>;

  beforeAll(async () => {
    before = total(await scrapeFamilies(), 'dcc_mcp_tool_calls_total', { tool: '_unknown', status: 'error' });
    await callMadeUpNames(0, NAMES);
    families = await scrapeFamilies();
  }, 120_000);

  test('each call is counted, as _unknown', () => {
    const after = total(families, 'dcc_mcp_tool_calls_total', { tool: '_unknown', status: 'error' });
    expect(after - before).toBe(NAMES);
  });

  test('every instrument stays within its budget, all of them within a few hundred series', () => {
    const counts = [...families.values()].map((family) => [family.name, countSeries(family)] as const);
    expect(counts.filter(([, count]) => count > SERIES_BUDGET)).toEqual([]);
    expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(600);
  });

  test('a registered tool goes on counting', async () => {
    const start = await countEchoes();
    for (const caller of callers) {
      await caller.run('call', { tool_slug: echo, arguments: { message: 'hi' } });
    }
    expect((await countEchoes()) - start).toBe(callers.length);
  });

  test('nothing of it became a label, and the SDK folded nothing', () => {
    const values = [...families.values()].flatMap(({ samples }) =>
      samples.flatMap(({ labels }) => [...Object.keys(labels), ...Object.values(labels)]),
    );
    expect(values.filter((value) => /tool_\d|otel_metric_overflow|0a1b2c3d|😀/.test(value))).toEqual([]);
  });
});

test('made-up names, methods and tools over MCP are _unknown and _OTHER', async () => {
  for (const caller of callers.slice(0, 2)) {
    for (let index = 0; index < 100; index += 1) {
      await caller.run('call', { tool_slug: hostileName(index), arguments: {} });
    }
  }
  for (let index = 0; index < 100; index += 1) {
    const message = {
      jsonrpc: '2.0',
      id: index,
      method: `made/up${index}`,
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    };
    await post('/mcp', JSON.stringify(message), {
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': `made/up${index}`,
    });
  }
  const families = await scrapeFamilies();
  const operations = families.get('mcp_server_operation_duration_seconds')!;
  expect(total(families, 'mcp_server_operation_duration_seconds_count', { mcp_method_name: '_OTHER' })).toBe(100);
  expect(countSeries(operations)).toBeLessThan(30);
}, 30_000);

/** Sends bytes as they are; gives the status line, or nothing where the server only closed. */
function sendRaw(bytes: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(bytes, 'latin1'));
    let text = '';
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on('data', (chunk) => (text += String(chunk)));
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text.split('\r\n', 1)[0] ?? ''));
  });
}

test('hostile paths, methods and headers leave a target that is up, and no label', async () => {
  const host = 'Host: localhost\r\nConnection: close\r\n';
  const odd = [
    ...Array.from({ length: 200 }, (_, index) => `GET /path-${index}/../%00%ff?x=${index} HTTP/1.1\r\n${host}\r\n`),
    `PROPFIND /v1/call HTTP/1.1\r\n${host}\r\n`,
    `MADEUP / HTTP/1.1\r\n${host}\r\n`,
    `GET //evil.example/metrics HTTP/1.1\r\n${host}\r\n`,
    `GET http://evil.example/metrics HTTP/1.1\r\n${host}\r\n`,
    `GET * HTTP/1.1\r\n${host}\r\n`,
    `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
    `GET /metrics HTTP/1.1\r\n${host}Accept: ${'a/b;q=0.1,'.repeat(1_000)}*/*\r\n\r\n`,
    `GET /metrics HTTP/1.1\r\n${host}X-Prometheus-Scrape-Timeout-Seconds: -1e999\r\n\r\n`,
    `GET /metrics HTTP/1.1\r\n${host}Accept-Encoding: ,;q=,gzip;q=nonsense\r\n\r\n`,
    `GET /metrics HTTP/1.1\r\n${host}Authorization: Basic \xff\xfe\r\nTraceparent: \xe9\r\n\r\n`,
    `POST /v1/call HTTP/1.1\r\n${host}Content-Length: 99999999999999999999\r\n\r\n`,
    `POST /v1/call HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\n{`,
    `GET /metrics HTTP/9.9\r\n\r\n`,
    `\u0000\u0001\u0002`,
  ];
  for (const bytes of odd) {
    await sendRaw(bytes);
  }
  const families = await scrapeFamilies();
  const requests = families.get('http_requests_total')!;
  const handlers = new Set(requests.samples.map(({ labels }) => labels['handler']));
  expect([...handlers].filter((handler) => handler?.includes('path-') || handler?.includes('evil'))).toEqual([]);
  const methods = new Set(requests.samples.map(({ labels }) => labels['method']));
  expect([...methods].every((method) => /^(?:GET|POST|HEAD|OPTIONS|DELETE|_OTHER)$/.test(method ?? ''))).toBe(true);
  expect(gateway.stderr()).not.toContain('internal error');
}, 30_000);

describeWithTools({ describe, test }, ['promtool'])('promtool', () => {
  test('finds nothing to printError about', async () => {
    const input = await (await fetch(`${gateway.url}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync(findPromtool()!, ['check', 'metrics'], { input, encoding: 'utf8' });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });
});
