// What a client and an operator see of two workers is one gateway.
import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RawSession } from '../cluster/raw-client.ts';
import { connectCallers, type Json } from '../fixtures/callers.ts';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { startHeldServer } from '../fixtures/held-server.ts';
import { maya } from '../fixtures/servers.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { childrenOf, type GatewayProcess, getJson, post, slugOf, startWithWorkers } from './worker-gateway.ts';

let sink: OtlpSink;
let echo: EchoServer;
let gateway: GatewayProcess;
let url: string;

beforeAll(async () => {
  sink = await startOtlpSink();
  echo = await startEchoServer({ repeat: { type: 'object' } });
  gateway = await startWithWorkers({
    config: { mcpServers: { maya, echo: { url: echo.url } } },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ENABLE_METRICS: 'true',
    },
  });
  ({ url } = gateway);
});

afterAll(async () => {
  await gateway.stop();
  echo.close();
  await sink.close();
});

test('calls over many connections are answered by both workers, each with an instance id and all with one name', async () => {
  const slug = await slugOf(url, 'repeat');
  for (let i = 0; i < 4; i += 1) {
    expect(await post(url, '/v1/call', { tool_slug: slug, arguments: { i } })).toMatchObject({ body: { ok: true } });
  }
  await sink.waitForSpans((spans) => spans.filter(({ name }) => name === 'gateway.call').length === 4);
  const calls = sink.spans().filter(({ name }) => name === 'gateway.call');
  const ids = new Set(calls.map(({ resource }) => resource.attributes['service.instance.id']));
  const names = new Set(calls.map(({ resource }) => resource.attributes['service.name']));
  expect([ids.size, [...names]]).toEqual([2, ['dcc-mcp-gateway']]);
});

test('one session of a client is served over connections of both workers', async () => {
  const session = await RawSession.open(url);
  for (let id = 1; id <= 4; id += 1) {
    const response = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-session-id': session.id,
        connection: 'close',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' }),
    });
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"name":"search"')]);
  }
});

test('clients of both eras and plain HTTP call a server that one process alone can run', async () => {
  const callers = await connectCallers(url);
  const slug = await slugOf(url, 'open_scene');
  for (const caller of callers) {
    const answer = await caller.run('call', { tool_slug: slug, arguments: { path: `/p/${caller.transport}.ma` } });
    expect(answer).toMatchObject({ ok: true });
    await caller.close();
  }
  const servers = childrenOf(gateway.process.pid!).filter(({ command }) => command.includes('server.mjs'));
  expect(servers).toHaveLength(1);
});

test('lists tell of each call once, whichever worker answered it', async () => {
  const slug = await slugOf(url, 'repeat');
  const before = (await getJson(url, '/v1/debug/calls?limit=1'))['total'] as number;
  const sent = Array.from({ length: 20 }, (_, i) => post(url, '/v1/call', { tool_slug: slug, arguments: { i } }));
  const ids = (await Promise.all(sent)).map(({ body }) => body['request_id']);
  for (let asked = 0; asked < 4; asked += 1) {
    const { total, calls } = await getJson(url, '/v1/debug/calls?limit=20');
    expect(total).toBe(before + 20);
    const listed = (calls as readonly { request_id: string }[]).map(({ request_id: id }) => id);
    expect(new Set(listed)).toEqual(new Set(ids));
  }
});

test('rows stand in the order of their keys, so that pages have no holes', async () => {
  const slug = await slugOf(url, 'repeat');
  await Promise.all(Array.from({ length: 60 }, () => post(url, '/v1/call', { tool_slug: slug, arguments: {} })));
  const keys: string[] = [];
  let cursor = '';
  do {
    const page = await getJson(url, `/v1/debug/calls?limit=7${cursor}`);
    keys.push(...(page['calls'] as readonly { row_id: string }[]).map(({ row_id: key }) => key));
    const next = page['next_cursor'] as string | undefined;
    cursor = next === undefined ? '' : `&cursor=${next}`;
  } while (cursor !== '');
  const { total } = await getJson(url, '/v1/debug/calls?limit=1');
  expect(keys).toHaveLength(total as number);
  expect(keys).toEqual(keys.toSorted().toReversed());
});

test('a search knows what came of its hits, wherever they were called', async () => {
  const { body } = await post(url, '/v1/search', { query: 'repeat' });
  const { search_id: id, hits } = body as { search_id: string; hits: readonly { tool_slug: string }[] };
  for (let i = 0; i < 4; i += 1) {
    await post(url, '/v1/call', { tool_slug: hits[0]!.tool_slug, arguments: {}, meta: { search_id: id } });
  }
  const { searches } = await getJson(url, `/v1/debug/search-telemetry?q=search_id=${id}`);
  expect(JSON.stringify(searches).match(/"kind":"call"/g)).toHaveLength(4);
});

test('an instance that registers at one worker is called at each, and is gone at each', async () => {
  const late = await startEchoServer({ later: { type: 'object' } });
  const instance = '5c0ffee5-0000-4000-8000-000000000001';
  const registration = { instance_id: instance, dcc_type: 'blender', mcp_url: late.url, ttl_secs: 60 };
  expect(await post(url, '/v1/instances/register', registration)).toMatchObject({ status: 200 });
  const call = { tool_slug: `blender.${instance.slice(0, 8)}.later`, arguments: {} };
  await until(async () => {
    const answers = await Promise.all([post(url, '/v1/call', call), post(url, '/v1/call', call)]);
    return answers.every(({ body }) => body['ok'] === true);
  });
  await post(url, '/v1/instances/deregister', { instance_id: instance });
  const answers = await Promise.all([post(url, '/v1/call', call), post(url, '/v1/call', call)]);
  expect(answers.map(({ status, body }) => [status, body['ok']])).not.toContainEqual([200, true]);
  late.close();
});

test('an instance that dies during a call of a worker is given up at once, for all', async () => {
  const held = await startHeldServer();
  const instance = '5c0ffee5-0000-4000-8000-000000000003';
  const registration = { instance_id: instance, dcc_type: 'houdini', mcp_url: held.url, ttl_secs: 60 };
  await post(url, '/v1/instances/register', registration);
  const call = { tool_slug: `houdini.${instance.slice(0, 8)}.held`, arguments: {} };
  const describe = () => post(url, '/v1/describe', { tool_slug: call.tool_slug });
  await until(async () => (await Promise.all([describe(), describe()])).every(({ status }) => status === 200));
  const running = post(url, '/v1/call', call);
  await held.nextCall();
  held.close();
  expect(await running).toMatchObject({ status: 502, body: { error: { kind: 'host-died' } } });
  await until(async () =>
    (await (await fetch(`${url}/metrics`)).text()).includes('evictions_total{reason="host_died"} 1'),
  );
  const answers = await Promise.all([post(url, '/v1/call', call), post(url, '/v1/call', call)]);
  expect(answers.map(({ status }) => status)).toEqual([410, 410]);
  const { events } = await getJson(url, '/v1/debug/events');
  const told = (events as readonly Json[]).filter(({ event }) => event === 'host_died');
  expect(told.map(({ instance_id: id }) => id)).toEqual([instance]);
});

test('health and the card of an instance tell of calls that run at any worker', async () => {
  const slow = await startEchoServer({ wait: { type: 'object' } }, 1_500);
  const instance = '5c0ffee5-0000-4000-8000-000000000002';
  const registration = { instance_id: instance, dcc_type: 'nuke', mcp_url: slow.url, ttl_secs: 60 };
  await post(url, '/v1/instances/register', registration);
  const call = { tool_slug: `nuke.${instance.slice(0, 8)}.wait`, arguments: {} };
  await until(async () => (await post(url, '/v1/describe', { tool_slug: call.tool_slug })).status === 200);
  const running = Array.from({ length: 4 }, () => post(url, '/v1/call', call));
  await until(async () => {
    const { instances } = await getJson(url, '/v1/debug/instances');
    const card = (instances as readonly Json[]).find(({ instance_id: id }) => id === instance);
    return card?.['in_flight'] === 4 && (await getJson(url, '/v1/debug/health'))['in_flight'] === 4;
  });
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await post(url, '/v1/instances/deregister', { instance_id: instance });
  slow.close();
});

test('health tells of the sessions of all workers once', async () => {
  const count = async (): Promise<number> => (await getJson(url, '/v1/debug/health'))['sessions'] as number;
  const before = await count();
  const [session] = [await RawSession.open(url), await RawSession.open(url)];
  expect(await count()).toBe(before + 2);
  expect(await session.end(url)).toBe(204);
  expect(await count()).toBe(before + 1);
});

test('statistics have what lists of tools cost at all workers', async () => {
  const listed = async (): Promise<number> => {
    const { tokens } = await getJson(url, '/v1/debug/stats');
    return (tokens as { readonly tools_list: number }).tools_list;
  };
  const before = await listed();
  const session = await RawSession.open(url);
  const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
  const headers = { accept: 'application/json, text/event-stream', 'mcp-session-id': session.id };
  await post(url, '/mcp', list, headers);
  const first = (await listed()) - before;
  expect(first).toBeGreaterThan(0);
  await post(url, '/mcp', list, headers);
  await post(url, '/mcp', list, headers);
  expect((await listed()) - before).toBe(3 * first);
});

test('a page, a form and a body that is too large are answered as by one process', async () => {
  const page = await fetch(`${url}/admin/`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  await page.text();
  expect((await fetch(`${url}/nothing/here`)).status).toBe(404);
  const large = await fetch(`${url}/v1/instances/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: ' '.repeat(5_000_000),
  });
  expect(large.status).toBe(413);
});

test('whoever pretends to be a worker is nobody', async () => {
  const response = await fetch(`${url}/v1/debug/health`, { headers: { 'x-dcc-mcp-peer': '10.0.0.1 1' } });
  expect(response.status).toBe(200);
});
