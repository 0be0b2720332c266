// Messages on the wire, without what they say: all four legs, over HTTP and over standard streams.
import { afterEach, beforeAll, afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type ServedInProcess, serveInProcess } from '../fixtures/serve-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';

interface Frame {
  readonly row_id: string;
  readonly leg: string;
  readonly direction: string;
  readonly transport: string;
  readonly method?: string;
  readonly tool?: string;
  readonly dcc_type?: string;
  readonly request_id?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly size_bytes: number;
  readonly http?: { readonly method: string; readonly route: string; readonly status?: number };
  readonly headers: Readonly<Record<string, string>>;
  readonly identity: Readonly<Record<string, string>>;
}
interface Traffic {
  readonly total: number;
  readonly frames: readonly Frame[];
  readonly next_cursor?: string;
  readonly capture_status: Readonly<Record<string, unknown>>;
}

const SECRET = 'never-to-be-seen';
const TOOLBOX = {
  command: process.execPath,
  args: [join(import.meta.dirname, '..', 'rest', 'fixture', 'tool-server.mjs')],
};
const ON = { trafficCapture: 'metadata' };

let plain: PlainServer;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  plain = await startPlainServer({ tools: ['read_it'] });
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

afterAll(() => {
  plain.server.closeAllConnections();
  plain.server.close();
});

async function start(config: object, env: Readonly<Record<string, string>> = {}): Promise<RunningGateway> {
  const mcpServers = { toolbox: TOOLBOX, plain: { url: plain.url } };
  const gateway = await startGateway({ config: { mcpServers, ...config }, env });
  stops.push(() => gateway.stop());
  await gateway.ready();
  return gateway;
}

const read = async <T>(url: string, path: string): Promise<T> => (await (await fetch(url + path)).json()) as T;
const traffic = (url: string, query = ''): Promise<Traffic> => read(url, `/v1/debug/traffic${query}`);

async function slugOf(url: string, name: string, tool: string): Promise<string> {
  const { instances } = await read<{ instances: readonly Readonly<Record<string, string>>[] }>(url, '/v1/instances');
  return `${name}.${instances.find((each) => each['name'] === name)!['instance_short']}.${tool}`;
}

async function call(url: string, name: string, tool: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ tool_slug: await slugOf(url, name, tool), arguments: { note: SECRET } }),
  });
  return { body: await response.text(), requestId: response.headers.get('x-request-id')! };
}

const toFrame = (line: string): Frame => JSON.parse(line) as Frame;

const legsOf = (frames: readonly Frame[]): readonly string[] =>
  frames.toReversed().map(({ leg, transport, direction }) => `${direction} ${leg} ${transport}`);

describe('captured traffic', () => {
  test.each([
    ['toolbox', 'say', 'stdio'],
    ['plain', 'read_it', 'http'],
  ])('of a call to %s has all four legs, in order, each with its size and ids', async (name, tool, transport) => {
    const { url } = await start(ON);
    const { requestId, body } = await call(url, name, tool);
    const { frames, total, capture_status: status } = await traffic(url);
    expect(legsOf(frames)).toEqual([
      'inbound client_to_gateway http',
      `outbound gateway_to_upstream ${transport}`,
      `inbound upstream_to_gateway ${transport}`,
      'outbound gateway_to_client http',
    ]);
    expect([total, status['state'], status['retained_frames']]).toEqual([4, 'captured', 4]);
    const { calls } = await read<{ calls: readonly Readonly<Record<string, string>>[] }>(url, '/v1/debug/calls');
    for (const frame of frames) {
      expect(frame).toMatchObject({ request_id: requestId, trace_id: calls[0]!['trace_id'], tool, dcc_type: name });
      expect(frame.size_bytes).toBeGreaterThan(10);
    }
    expect(frames[0]).toMatchObject({ size_bytes: Buffer.byteLength(body), http: { route: '/v1/call', status: 200 } });
    expect(frames.slice(1, 3).map(({ method }) => method)).toEqual(['tools/call', 'tools/call']);
  });

  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const modern = { ...json, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'call' };
  test.each<[by: string, path: string, headers: Readonly<Record<string, string>>, body: (slug: string) => object]>([
    ['REST', '/v1/call', { ...json, traceparent }, (slug) => ({ tool_slug: slug })],
    ['REST that fails', '/v1/call', { ...json, traceparent }, (slug) => ({ tool_slug: `${slug}_not` })],
    [
      'MCP',
      '/mcp',
      modern,
      (slug) => {
        const meta = { ...modernMeta, traceparent };
        return {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'call', arguments: { tool_slug: slug }, _meta: meta },
        };
      },
    ],
  ])('without telemetry has the span of its row, not that of its caller: %s', async (_by, path, headers, body) => {
    const { url } = await start(ON);
    await (
      await fetch(url + path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body(await slugOf(url, 'plain', 'read_it'))),
      })
    ).text();
    const { frames } = await traffic(url);
    const { calls } = await read<{ calls: readonly Readonly<Record<string, string>>[] }>(url, '/v1/debug/calls');
    expect(calls[0]).toMatchObject({ trace_id: traceparent.slice(3, 35), parent_span_id: traceparent.slice(36, 52) });
    expect([...new Set(frames.map(({ span_id: id }) => id))]).toEqual([calls[0]!['span_id']]);
  });

  test('of an item of a batch has the span of its row', async () => {
    const { url } = await start(ON);
    const calls = [{ tool_slug: await slugOf(url, 'plain', 'read_it') }];
    await fetch(`${url}/v1/call_batch`, {
      method: 'POST',
      headers: { ...json, traceparent },
      body: JSON.stringify({ calls }),
    });
    const { frames } = await traffic(url, `?q=${encodeURIComponent('leg=gateway_to_upstream')}`);
    const { calls: rows } = await read<{ calls: readonly Frame[] }>(url, '/v1/debug/calls');
    expect(frames.map(({ span_id: id }) => id)).toEqual(rows.map(({ span_id: id }) => id));
  });

  test('leaves a child its process on its card', async () => {
    const { url } = await start(ON);
    const { instances } = await read<{ instances: readonly Readonly<Record<string, unknown>>[] }>(
      url,
      '/v1/debug/instances',
    );
    const pids = Object.fromEntries(instances.map(({ display_name: name, pid }) => [String(name), pid]));
    expect(pids).toEqual({ toolbox: expect.any(Number), plain: undefined });
  });

  test('of an MCP client has its methods, its session as a hash, and what comes before an answer', async () => {
    const { url } = await start(ON);
    const client = new Client({ name: 'traffic', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
    await client.callTool({ name: 'call', arguments: { tool_slug: await slugOf(url, 'toolbox', 'say') } });
    await client.close();
    const { frames } = await traffic(url, `?q=${encodeURIComponent('leg=client_to_gateway')}`);
    expect(frames.map(({ method }) => method)).toEqual(
      expect.arrayContaining(['initialize', 'notifications/initialized', 'tools/call']),
    );
    const asked = frames.find(({ method }) => method === 'tools/call');
    expect(asked).toMatchObject({
      tool: 'say',
      dcc_type: 'toolbox',
      session_id: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(asked!.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  test('holds no payload, no credential and nobody by name', async () => {
    const token = 'a'.repeat(32);
    const { url } = await start({ ...ON, auth: { tokens: [{ token, name: 'pipeline' }] } });
    const headers = {
      authorization: `Bearer ${token}`,
      cookie: `id=${SECRET}`,
      'x-dcc-mcp-actor-id': SECRET,
      'x-dcc-mcp-agent-name': SECRET,
      'user-agent': 'probe/1',
      'content-type': 'application/json',
    };
    await fetch(`${url}/v1/search`, { method: 'POST', headers, body: JSON.stringify({ query: SECRET }) });
    const text = await (await fetch(`${url}/v1/debug/traffic`, { headers })).text();
    const { frames } = JSON.parse(text) as Traffic;
    expect(frames.at(-1)!.identity).toEqual({
      actor: '[masked]',
      agent: '[masked]',
      auth: '[masked]',
      client: '[masked]',
    });
    expect(Object.keys(frames.at(-1)!.headers)).not.toEqual(expect.arrayContaining(['authorization']));
    expect([SECRET, token, 'pipeline'].filter((each) => text.includes(each))).toEqual([]);
  });

  test.each([
    [{ include: ['tool:sa*'] }, ['say']],
    [{ exclude: ['tool:say'] }, ['add']],
    [{ include: ['dcc:toolbox', 'method:tools/*'], exclude: ['tool:add'] }, ['say']],
  ])('is what the filters %j leave', async (rules, tools) => {
    const { url } = await start({ ...ON, traffic: rules });
    await call(url, 'toolbox', 'say');
    await call(url, 'toolbox', 'add');
    const { frames, capture_status: status } = await traffic(url);
    expect([...new Set(frames.map(({ tool }) => tool))]).toEqual(tools);
    expect(status['skipped_decisions']).toBeGreaterThan(0);
  });

  test('is bounded, and says what was let go', async () => {
    const { url } = await start({ ...ON, admin: { frames: 3 } });
    await call(url, 'toolbox', 'say');
    expect(await traffic(url)).toMatchObject({
      total: 3,
      dropped: 1,
      capture_status: { retained_frames: 3, capacity: 3, dropped: 1 },
    });
  });

  test('is read page by page, and is a file of JSON lines', async () => {
    const { url } = await start(ON);
    await call(url, 'toolbox', 'say');
    const first = await traffic(url, '?limit=3');
    const second = await traffic(url, `?limit=3&cursor=${first.next_cursor}`);
    expect([first.frames.length, second.frames.length, second.next_cursor]).toEqual([3, 1, undefined]);
    const file = await fetch(`${url}/v1/debug/traffic/export`);
    expect(file.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await file.text()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([...first.frames, ...second.frames]);
    expect((await fetch(`${url}/v1/debug/traffic?q=nothing%3D1`)).status).toBe(400);
  });

  test('stands in a file, too, a line each', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'traffic-'));
    const path = join(folder, 'wire.jsonl');
    const gateway = await start({}, { DCC_MCP_TRAFFIC_CAPTURE: `jsonl:${path}` });
    const { requestId } = await call(gateway.url, 'toolbox', 'say');
    const { traffic_capture: capture } = await read<{ traffic_capture: Readonly<Record<string, unknown>> }>(
      gateway.url,
      '/v1/debug/governance',
    );
    expect(capture).toMatchObject({ state: 'captured', mode: 'jsonl', file: { path, state: 'ok' } });
    expect(await read(gateway.url, '/v1/debug/health')).toMatchObject({
      status: 'ok',
      stores: { frames: { rows: 4, capacity: 5000 }, frames_file: { state: 'ok', file: path } },
    });
    await Promise.all(stops.splice(0).map((stop) => stop()));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    const frames = lines.map(toFrame);
    expect(frames.map(({ leg }) => leg).toSorted()).toEqual([
      'client_to_gateway',
      'gateway_to_client',
      'gateway_to_upstream',
      'upstream_to_gateway',
    ]);
    expect(new Set(frames.map(({ request_id: id }) => id))).toEqual(new Set([requestId]));
    rmSync(folder, { recursive: true });
  });
});

const stateOf = async (url: string): Promise<unknown> => (await traffic(url)).capture_status['state'];

describe('the state of the capture', () => {
  test('is disabled where nothing turns it on, and calls run as ever', async () => {
    const { url } = await start({});
    await call(url, 'toolbox', 'say');
    expect(await traffic(url)).toMatchObject({
      total: 0,
      frames: [],
      capture_status: { state: 'capture_disabled', capture_enabled: false },
    });
  });

  test('is no traffic until a caller comes, whatever the gateway asks of its servers by itself', async () => {
    const { url } = await start(ON);
    expect(await stateOf(url)).toBe('no_traffic');
    await call(url, 'toolbox', 'say');
    expect(await stateOf(url)).toBe('captured');
  });

  test('is filtered where the filters leave nothing', async () => {
    const { url } = await start({ ...ON, traffic: { include: ['tool:other'] } });
    await call(url, 'toolbox', 'say');
    expect(await stateOf(url)).toBe('filtered');
  });

  test('is unavailable where the file can not be written, with the reason', async () => {
    const { url } = await start({ trafficCapture: `jsonl:${join(tmpdir(), 'no-such-folder', 'x.jsonl')}` });
    const { body } = await call(url, 'toolbox', 'say');
    expect(body).toContain('hello');
    for (const deadline = Date.now() + 5_000; (await stateOf(url)) === 'captured' && Date.now() < deadline;) {
      await wait(20);
    }
    expect((await traffic(url)).capture_status).toMatchObject({
      state: 'capture_unavailable',
      message: expect.stringContaining("can't be written"),
    });
  });
});

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'stdio', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const isRequest = ({ leg, method }: Frame): boolean => leg === 'client_to_gateway' && method === 'tools/call';

describe('a client on standard streams', () => {
  let folder: string;
  let wire: string;
  let gateway: ServedInProcess;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'traffic-stdio-'));
    const path = join(folder, 'gateway.json');
    wire = join(folder, 'wire.jsonl');
    writeFileSync(path, JSON.stringify({ mcpServers: { toolbox: TOOLBOX }, trafficCapture: `jsonl:${wire}` }));
    gateway = await serveInProcess(path, { flags: { stdio: true } });
    await gateway.ready();
  });

  afterEach(async () => {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  });

  const send = (message: object): unknown => gateway.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

  const written = (): readonly Frame[] =>
    existsSync(wire) ? readFileSync(wire, 'utf8').split('\n').slice(0, -1).map(toFrame) : [];

  async function callOnPipe(id: number, tool: string): Promise<void> {
    const args = { tool_slug: await slugOf(gateway.url, 'toolbox', tool) };
    send({ id, method: 'tools/call', params: { name: 'call', arguments: args, _meta: META } });
  }

  test('is captured as well', async () => {
    const answers: string[] = [];
    gateway.stdout.on('data', (chunk: Buffer) => answers.push(chunk.toString()));
    await callOnPipe(7, 'say');
    await until(() => answers.length > 0);
    const { frames } = await traffic(gateway.url);
    expect(legsOf(frames)).toEqual([
      'inbound client_to_gateway stdio',
      'outbound gateway_to_upstream stdio',
      'inbound upstream_to_gateway stdio',
      'outbound gateway_to_client stdio',
    ]);
    expect(new Set(frames.map(({ request_id: id }) => id)).size).toBe(1);
    expect(frames[0]).toMatchObject({ method: 'tools/call', jsonrpc_id: '7', tool: 'say' });
  });

  test('has what it cancels in the file, too, with its ids', async () => {
    await callOnPipe(8, 'slow');
    await until(async () => (await traffic(gateway.url)).total === 2);
    send({ method: 'notifications/cancelled', params: { requestId: 8 } });
    await until(() => written().some(isRequest));
    expect(written().find(isRequest)).toMatchObject({ jsonrpc_id: '8', request_id: expect.any(String) });
  });
});
