// Instances that register over HTTP: they come, say that they live, and leave; as whoever asks the gateway sees it.
import { startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EchoServer, startEchoServer } from '../fixtures/echo-server.ts';
import { startJobHost } from '../fixtures/job-host.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { errorOf, type Json, mayaAt, removeStudios, startStudio, type Studio } from './studio.ts';

afterAll(removeStudios);

const eventNames = async (studio: Studio, id: string): Promise<readonly unknown[]> =>
  (await studio.events(id)).map(({ event }) => event);

let studio: Studio;
let maya: EchoServer;

beforeAll(async () => {
  studio = await startStudio();
  maya = await startEchoServer({ render: { type: 'object' } });
});

afterAll(async () => {
  await studio?.gateway.stop();
  maya?.close();
});

const mayaBody = (more?: Json): Json => mayaAt(maya.url, more);

describe('an instance that registers', () => {
  test('is found, called, and stands in the lists with what it said', async () => {
    const told = {
      scene: '/shows/a/shot.ma',
      adapter_version: '0.20.49',
      capabilities_fingerprint: 'abc',
      ttl_secs: 90,
    };
    const body = mayaBody(told);
    const id = String(body['instance_id']);
    const short = id.slice(0, 8);
    expect(await studio.register(body)).toEqual({
      status: 200,
      body: {
        ok: true,
        success: true,
        operation: 'register',
        instance_id: id,
        instance_short: short,
        updated: false,
        registered_at: expect.stringMatching(/Z$/),
        ttl_secs: 90,
        heartbeat_interval_secs: 30,
      },
    });
    const { hits } = (await studio.post('search', { query: 'render', instance_id: id })).body;
    expect(hits).toMatchObject([{ tool_slug: `maya.${short}.render`, instance_id: id }]);
    const called = await studio.post('call', { tool_slug: `maya.${short}.render`, arguments: { frame: 7 } });
    expect(called).toMatchObject({ status: 200, body: { ok: true, output: '{"frame":7}' } });
    const row = { source: 'http', dcc_type: 'maya', scene: '/shows/a/shot.ma', ttl_secs: 90 };
    expect(await studio.row(id)).toMatchObject(row);
    const card = (await studio.cards()).instances.find(({ instance_id: each }) => each === id);
    expect(card).toMatchObject({
      source: 'http',
      transport: 'http',
      mcp_url: maya.url,
      status: 'ready',
      ...told,
      heartbeat_at: expect.stringMatching(/Z$/),
    });
    await studio.post('instances/deregister', { instance_id: id });
  });

  test('again is an update, whose facts count', async () => {
    const body = mayaBody({ scene: 'a.ma' });
    const id = String(body['instance_id']);
    await studio.register(body);
    await studio.untilReady(id);
    const again = await studio.register({ ...body, instance_id: id.toUpperCase(), scene: 'b.ma', ttl_secs: null });
    expect(again).toMatchObject({ status: 200, body: { instance_id: id, updated: true, ttl_secs: 30 } });
    expect(await studio.row(id)).toMatchObject({ scene: 'b.ma', status: 'ready' });
    expect(await eventNames(studio, id)).toEqual(['probe_booting', 'probe_ready']);
    await studio.post('instances/deregister', { instance_id: id });
  });

  test('with another address while it lives is a conflict, and stays as it was', async () => {
    const body = mayaBody();
    const id = String(body['instance_id']);
    await studio.register(body);
    const answers = await Promise.all(
      ['a', 'b'].map((query) => studio.register({ ...body, mcp_url: `${maya.url}?${query}` })),
    );
    expect(answers.map((answer) => [answer.status, errorOf(answer)['kind']])).toEqual([
      [409, 'instance-conflict'],
      [409, 'instance-conflict'],
    ]);
    expect((await studio.cards()).instances.find(({ instance_id: each }) => each === id)).toMatchObject({
      mcp_url: maya.url,
    });
    await studio.post('instances/deregister', { instance_id: id });
    expect((await studio.register({ ...body, mcp_url: `${maya.url}?c` })).status).toBe(200);
    await studio.post('instances/deregister', { instance_id: id });
  });

  test('of two at once with two addresses one is registered', async () => {
    const body = mayaBody();
    const answers = await Promise.all(
      ['?a', '?b', '?c'].map((query) => studio.register({ ...body, mcp_url: maya.url + query })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    await studio.post('instances/deregister', { instance_id: body['instance_id'] });
  });
});

test('two whose ids begin alike are each found and called by a slug of their own; what both might be is refused', async () => {
  const ids = [randomUUID(), randomUUID()].map((id) => `7e57ca5e${id.slice(8)}`);
  const register = async (id: string): Promise<void> => {
    await studio.register(mayaBody({ instance_id: id, dcc_type: 'alike' }));
    await studio.untilReady(id);
  };
  await register(ids[0]!);
  const early = await studio.post('search', { query: 'render', dcc_type: 'alike' });
  expect((early.body['hits'] as readonly Json[]).map(({ tool_slug: slug }) => slug)).toEqual(['alike.7e57ca5e.render']);
  await register(ids[1]!);
  const { body } = await studio.post('search', { query: 'render', dcc_type: 'alike' });
  const hits = body['hits'] as readonly Json[];
  expect(hits.map(({ instance_id: id }) => String(id)).toSorted()).toEqual(ids.toSorted());
  for (const { tool_slug: slug, instance_id: id } of hits) {
    const call = await studio.post('call', { tool_slug: slug, arguments: {} });
    expect(call).toMatchObject({
      status: 200,
      body: { _meta: { dcc: { instance_id: id, instance_short: '7e57ca5e' } } },
    });
  }
  const short = await studio.post('call', { tool_slug: 'alike.7e57ca5e.render', arguments: {} });
  expect([short.status, errorOf(short)]).toEqual([
    409,
    expect.objectContaining({
      kind: 'ambiguous',
      candidates: expect.arrayContaining(hits.map((hit) => hit['tool_slug'])),
    }),
  ]);
  await studio.post('instances/deregister', { instance_id: ids[0] });
  const left = await studio.post('call', { tool_slug: `alike.${ids[1]}.render`, arguments: {} });
  expect(left.status).toBe(200);
  await studio.post('instances/deregister', { instance_id: ids[1] });
});

test('a heartbeat may say what has changed, and what it does not say stays', async () => {
  const body = mayaBody({ scene: 'a.ma', capabilities_fingerprint: 'one' });
  const id = String(body['instance_id']);
  await studio.register(body);
  await studio.post('instances/heartbeat', { instance_id: id, scene: 'b.ma', capabilities_fingerprint: null });
  expect(await studio.row(id)).toMatchObject({ scene: 'b.ma', capabilities_fingerprint: 'one' });
  await studio.post('instances/deregister', { instance_id: id });
});

test('the scene of its row stands on the spans of its calls, by its file name', async () => {
  const sink = await startOtlpSink();
  const traced = await startStudio({}, {}, { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url });
  const body = mayaBody({ scene: '/shows/a/shot.ma' });
  const id = String(body['instance_id']);
  await traced.register(body);
  await traced.untilReady(id);
  await traced.post('call', { tool_slug: `maya.${id.slice(0, 8)}.render`, arguments: {} });
  await traced.gateway.stop();
  const hop = sink.spans().find(({ name }) => name === 'tools/call render');
  expect(hop?.attributes).toMatchObject({ 'dcc.scene': 'shot.ma', 'dcc.instance_id': id });
  await sink.close();
});

describe('what an instance says is checked', () => {
  const LONG = 'x'.repeat(257);
  test.each([
    ['no object', '[]', /JSON object/],
    ['no JSON', '{', /not valid JSON|The body is/],
    ['no id', { instance_id: undefined }, /instance_id is required/],
    ['an id that is none', { instance_id: 'maya-1' }, /instance_id.*UUID/],
    ['no type', { dcc_type: '' }, /dcc_type/],
    ['a type of other letters', { dcc_type: 'maya.2026' }, /dcc_type.*letters/],
    ['no URL', { mcp_url: 'localhost:8765' }, /mcp_url.*http/],
    ['a URL of another scheme', { mcp_url: 'file:///etc/passwd' }, /mcp_url.*http/],
    ['a URL with a password', { mcp_url: 'http://a:b@127.0.0.1/mcp' }, /mcp_url.*password/],
    ['a time to live of 0', { ttl_secs: 0 }, /ttl_secs/],
    ['one of more than a day', { ttl_secs: 86_401 }, /ttl_secs/],
    ['one that is text', { ttl_secs: '30' }, /ttl_secs/],
    ['one with a fraction', { ttl_secs: 1.5 }, /ttl_secs/],
    ['a scene of 257 bytes', { scene: LONG }, /scene.*256 bytes/],
    ['a version of 257 bytes', { adapter_version: LONG }, /adapter_version.*256 bytes/],
    ['a fingerprint of 86 characters of three bytes', { capabilities_fingerprint: '界'.repeat(86) }, /256 bytes/],
    ['a scene that is a number', { scene: 7 }, /scene/],
    ['a field that there is not', { dcc_typ: 'maya' }, /dcc_typ.*dcc_type/],
  ])('%s: 400 that names the field', async (_, more, message) => {
    const answer = await studio.register(typeof more === 'string' ? (more as never) : mayaBody(more));
    expect([answer.status, errorOf(answer)['kind']]).toEqual([400, 'bad-request']);
    expect(errorOf(answer)['message']).toMatch(message);
  });

  test.each([
    ['heartbeat', { instance_id: 7 }],
    ['deregister', { instance_id: randomUUID(), reason: LONG }],
    ['deregister', { reason: 'x' }],
  ])('of %s, too', async (path, body) => {
    expect((await studio.post(`instances/${path}`, body)).status).toBe(400);
  });

  test('a body of more than 16 KiB: 413', async () => {
    const answer = await studio.register(mayaBody({ scene: 'x'.repeat(20_000) }));
    expect([answer.status, errorOf(answer)['recommended_next_action']]).toEqual([413, 'Send a smaller body.']);
  });

  test('values at their bounds are taken', async () => {
    for (const more of [{ ttl_secs: 1 }, { ttl_secs: 86_400 }, { scene: 'x'.repeat(256) }, { dcc_type: 'My_DCC-2' }]) {
      const body = mayaBody(more);
      expect((await studio.register(body)).status).toBe(200);
      await studio.post('instances/deregister', { instance_id: body['instance_id'] });
    }
  });
});

describe('an instance that leaves', () => {
  test('is told apart from one that never was: 410 with how it was, and 404', async () => {
    const body = mayaBody();
    const id = String(body['instance_id']);
    await studio.register(body);
    await studio.untilReady(id);
    const before = await studio.post('call', { tool_slug: `maya.${id.slice(0, 8)}.render` });
    expect(before.status).toBe(200);
    await studio.post('instances/deregister', { instance_id: id, reason: 'closed by its user' });
    for (const named of [id, id.slice(0, 8)]) {
      for (const path of ['call', 'describe']) {
        const answer = await studio.post(path, { tool_slug: `maya.${named}.render` });
        expect(answer).toMatchObject({
          status: 410,
          body: { error: { kind: 'instance-offline', previous_status: 'ready', retryable: false } },
        });
      }
    }
    const never = await studio.post('call', { tool_slug: `maya.${randomUUID()}.render` });
    expect(never).toMatchObject({
      status: 404,
      body: { error: { kind: 'instance-offline', previous_status: 'never-registered' } },
    });
    const { calls } = await studio.get('debug/calls?limit=2');
    expect((calls as readonly Json[]).map(({ outcome }) => outcome)).toEqual(['unknown_tool', 'backend_unreachable']);
    await studio.register(body);
    await studio.untilReady(id);
    expect((await studio.post('call', { tool_slug: `maya.${id}.render` })).status).toBe(200);
    await studio.post('instances/deregister', { instance_id: id });
  });

  test('says so itself: one event with its reason, no eviction, and it is among those that left', async () => {
    const body = mayaBody();
    const id = String(body['instance_id']);
    await studio.register(body);
    await studio.untilReady(id);
    const left = await studio.post('instances/deregister', { instance_id: id, reason: 'closed by its user' });
    expect(left).toMatchObject({ status: 200, body: { ok: true, instance_id: id, operation: 'deregister' } });
    expect((await studio.events(id)).at(-1)).toMatchObject({
      event: 'auto_deregister',
      reason: expect.stringContaining('closed by its user'),
    });
    const { departed } = await studio.cards();
    expect(departed[0]).toMatchObject({ instance_id: id, dcc_type: 'maya', last_status: 'ready' });
    for (const path of ['heartbeat', 'deregister']) {
      const answer = await studio.post(`instances/${path}`, { instance_id: id.toUpperCase() });
      expect([answer.status, errorOf(answer)]).toEqual([
        404,
        expect.objectContaining({
          kind: 'instance-offline',
          previous_status: 'ready',
          message: expect.stringContaining('has left: it deregistered: closed by its user'),
        }),
      ]);
    }
  });

  test.each(['heartbeat', 'deregister'])('is told by %s that it never registered where it did not', async (path) => {
    const answer = await studio.post(`instances/${path}`, { instance_id: randomUUID() });
    expect([answer.status, errorOf(answer)['previous_status']]).toEqual([404, 'never-registered']);
  });

  test('is silent for longer than its time to live: evicted as stale, and told to register again', async () => {
    const before = await studio.evictions('stale');
    const body = mayaBody({ ttl_secs: 1 });
    const id = String(body['instance_id']);
    expect((await studio.register(body)).body['heartbeat_interval_secs']).toBe(1);
    await until(async () => (await studio.row(id)) === undefined);
    expect((await studio.events(id)).at(-1)).toMatchObject({
      event: 'instance_exited',
      reason: 'no heartbeat for 1 s',
    });
    expect(await studio.evictions('stale')).toBe(before + 1);
    const heartbeat = await studio.post('instances/heartbeat', { instance_id: id });
    expect([heartbeat.status, errorOf(heartbeat)['kind']]).toEqual([404, 'instance-offline']);
    expect(errorOf(heartbeat)['recommended_next_action']).toContain('Register');
    expect(errorOf(heartbeat)['message']).toContain('has left: no heartbeat for 1 s');
  });

  test('lives on with its heartbeats', async () => {
    const body = mayaBody({ ttl_secs: 1 });
    const id = String(body['instance_id']);
    await studio.register(body);
    const end = Date.now() + 1_600;
    while (Date.now() < end) {
      const beat = await studio.post('instances/heartbeat', { instance_id: id.toUpperCase() });
      expect(beat).toMatchObject({ status: 200, body: { ok: true, instance_id: id, heartbeat_interval_secs: 1 } });
      await new Promise((resolve) => void setTimeout(resolve, 200));
    }
    expect(await studio.row(id)).toBeDefined();
    await studio.post('instances/deregister', { instance_id: id });
  });

  test('does not answer three probes: evicted, its tools are gone, and a call of one is told so', async () => {
    const before = await studio.evictions('probe_fail');
    const host = await startEchoServer({ sculpt: { type: 'object' } });
    const body = mayaBody({ mcp_url: host.url, dcc_type: 'zbrush' });
    const id = String(body['instance_id']);
    await studio.register(body);
    await studio.untilReady(id);
    host.close();
    await until(async () => (await studio.row(id)) === undefined);
    expect(await eventNames(studio, id)).toEqual([
      'probe_booting',
      'probe_ready',
      'probe_unreachable',
      'instance_exited',
    ]);
    expect(await studio.evictions('probe_fail')).toBe(before + 1);
    expect((await studio.post('search', { query: 'sculpt' })).body['total']).toBe(0);
    const gone = await studio.post('call', { tool_slug: `zbrush.${id.slice(0, 8)}.sculpt`, arguments: {} });
    expect(gone.status).toBe(410);
    expect(errorOf(gone)).toMatchObject({ kind: 'instance-offline', previous_status: 'unreachable' });
    expect((await studio.post('instances/heartbeat', { instance_id: id })).status).toBe(404);
  });

  test('dies in the middle of a call: the call ends as host-died, and it is evicted at once', async () => {
    const before = await studio.evictions('host_died');
    const host = await startDyingHost();
    const body = mayaBody({ mcp_url: host.url, dcc_type: 'mortal' });
    const id = String(body['instance_id']);
    await studio.register(body);
    await studio.untilReady(id);
    const died = await studio.post('call', { tool_slug: `mortal.${id.slice(0, 8)}.die`, arguments: {} });
    expect([died.status, errorOf(died)['kind']]).toEqual([502, 'host-died']);
    expect(await studio.row(id)).toBeUndefined();
    expect((await eventNames(studio, id)).at(-1)).toBe('host_died');
    expect((await eventNames(studio, id)).filter((name) => name === 'host_died')).toHaveLength(1);
    expect(await studio.evictions('host_died')).toBe(before + 1);
  });

  test('dies while it works at a job of its own: that is a call, too', async () => {
    const before = await studio.evictions('host_died');
    const host = await startJobHost();
    const body = mayaBody({ mcp_url: host.url, dcc_type: 'working' });
    const id = String(body['instance_id']);
    await studio.register(body);
    await studio.untilReady(id);
    const call = studio.post('call', { tool_slug: `working.${id.slice(0, 8)}.endless`, arguments: {} });
    await until(() => host.polls('endless') > 1);
    host.close();
    expect(errorOf(await call)['kind']).toBe('host-died');
    expect(await studio.row(id)).toBeUndefined();
    expect((await eventNames(studio, id)).at(-1)).toBe('host_died');
    expect(await studio.evictions('host_died')).toBe(before + 1);
  });
});

/** A server whose one tool is the end of it. */
async function startDyingHost(): Promise<{ readonly url: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk as Buffer);
      }
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { id?: number; method?: string };
      const results: Readonly<Record<string, Json>> = {
        initialize: {
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'x', version: '1' },
        },
        'tools/list': { tools: [{ name: 'die', inputSchema: { type: 'object' } }] },
        ping: {},
      };
      if (method === 'tools/call') {
        server.closeAllConnections();
        server.close();
      } else if (id === undefined) {
        response.writeHead(request.method === 'POST' ? 202 : 405).end();
      } else {
        const result = results[method!];
        const answer = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
      }
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` };
}

describe('an instance of the configuration', () => {
  let configured: Studio | undefined;
  afterEach(() => configured?.gateway.stop());

  test('counts before one that registers with its id, which is told apart, or refused with another address', async () => {
    configured = await startStudio({ mcpServers: { maya: { url: maya.url } } });
    const { instances } = await configured.get('instances');
    const id = (instances as readonly Json[])[0]!['instance_id'];
    const other = await configured.register({ instance_id: id, dcc_type: 'maya', mcp_url: `${maya.url}/other` });
    expect([other.status, errorOf(other)['kind']]).toEqual([409, 'instance-conflict']);
    const names = ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'].map((name) => maya.url.replace('127.0.0.1', name));
    for (const url of names) {
      await configured.post('instances/deregister', { instance_id: id });
      expect((await configured.register({ instance_id: id, dcc_type: 'maya', mcp_url: url })).status).toBe(200);
    }
    const cards = await configured.cards();
    expect(cards.instances).toMatchObject([{ instance_id: id, source: 'config', display_name: 'maya' }]);
    expect(cards.skipped).toMatchObject([{ source: 'http', dcc_type: 'maya', instance_id: id }]);
  });
});

test('registry.staleTimeoutSecs: one that is late by its own word is stale before it is gone', async () => {
  const late = await startStudio({ registry: { staleTimeoutSecs: 1 } });
  const body = mayaBody({ ttl_secs: 3 });
  const id = String(body['instance_id']);
  await late.register(body);
  await until(async () => (await late.row(id))?.['status'] === 'stale');
  const { summary, instances } = await late.cards();
  expect([summary['stale'], instances[0]?.['status']]).toEqual([1, 'stale']);
  const metrics = await (await fetch(`${late.gateway.url}/metrics`)).text();
  expect(metrics).toMatch(/dcc_mcp_gateway_upstreams\{[^}]*state="stale"[^}]*\} 1/);
  await late.post('instances/heartbeat', { instance_id: id });
  expect((await late.row(id))?.['status']).toBe('ready');
  await late.gateway.stop();
});
