// Two gateways at one Redis are one: whichever gets a request answers it.
import { type RunningRedis, startRedis } from '@dcc-mcp/test-kit/redis-server';
import { describeWithTools } from '@dcc-mcp/test-kit/tools';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../fixtures/callers.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type ServedInProcess, serveInProcess } from '../fixtures/serve-in-process.ts';
import { until } from './fixtures/until.ts';

interface Answer {
  readonly status: number;
  readonly body: Json;
}

async function ask({ url }: ServedInProcess, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

async function search(gateway: ServedInProcess, query: string): Promise<readonly Json[]> {
  const { body } = await ask(gateway, 'POST', '/v1/search', { query });
  return body['hits'] as readonly Json[];
}

/** Whether the registered instance is among what is found. */
async function hasMaya(gateway: ServedInProcess): Promise<boolean> {
  return (await search(gateway, 'read_scene')).some((hit) => hit['dcc_type'] === 'maya');
}

/** Resolves when the gateway shares its state. */
async function untilShared(served: ServedInProcess): Promise<void> {
  await until(async () => (await ask(served, 'GET', '/v1/readyz')).body['degraded'] === undefined);
}

/** What came of a message over MCP. */
interface Opened {
  readonly status: number;
  readonly sessionId: string;
}

async function mcp({ url }: ServedInProcess, message: object, sessionId?: string): Promise<Opened> {
  const accept = 'application/json, text/event-stream';
  const headers = {
    'content-type': 'application/json',
    accept,
    ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  const response = await fetch(`${url}/mcp`, { method: 'POST', headers, body });
  await response.text();
  return { status: response.status, sessionId: response.headers.get('mcp-session-id') ?? '' };
}

function initialize(served: ServedInProcess): Promise<Opened> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'client', version: '1' } };
  return mcp(served, { method: 'initialize', params });
}

async function ping(served: ServedInProcess, sessionId: string): Promise<number> {
  return (await mcp(served, { method: 'ping' }, sessionId)).status;
}

/** Resolves when the gateway knows that Redis is away. */
async function untilDegraded(served: ServedInProcess): Promise<void> {
  await until(async () => (await ask(served, 'GET', '/v1/readyz')).body['degraded'] !== undefined);
}

/** A client of the handshake era whose requests go to each gateway in turn. */
async function alternatingClient(gateways: readonly ServedInProcess[]): Promise<Client> {
  let count = 0;
  const client = new Client({ name: 'nomad', version: '1' }, { versionNegotiation: { mode: 'legacy' } });
  const transport = new StreamableHTTPClientTransport(new URL(`${gateways[0]!.url}/mcp`), {
    fetch: (url, init) => {
      const { pathname } = new URL(url);
      count += 1;
      return fetch(`${gateways[count % gateways.length]!.url}${pathname}`, init);
    },
  });
  await client.connect(transport);
  return client;
}

describeWithTools({ describe, test }, ['redis-server'])('two gateways at one Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'two-gateways-'));
  let redis: RunningRedis;
  let held: HeldServer;
  let plain: PlainServer;
  let here: ServedInProcess;
  let there: ServedInProcess;

  async function gateway(name: string): Promise<ServedInProcess> {
    const file = join(folder, `${name}.json`);
    const stateDir = join(folder, name);
    const mcpServers = { held: { url: held.url } };
    writeFileSync(file, JSON.stringify({ redisUrl: redis.url, stateDir, registry: { dir: 'off' }, mcpServers }));
    const served = await serveInProcess(file);
    await served.ready();
    return served;
  }

  beforeAll(async () => {
    redis = await startRedis();
    held = await startHeldServer();
    plain = await startPlainServer({ tools: ['read_scene'] });
    [here, there] = await Promise.all([gateway('here'), gateway('there')]);
  });

  afterAll(async () => {
    await Promise.all([here.stop(), there.stop()]);
    held.close();
    plain.server.close();
    plain.server.closeAllConnections();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  describe('and a client whose requests go to each in turn', () => {
    let client: Client;

    beforeEach(async () => {
      client = await alternatingClient([here, there]);
    });

    afterEach(() => client.close());

    test('serve one session', async () => {
      for (let i = 0; i < 10; i += 1) {
        expect((await client.listTools()).tools.map(({ name }) => name)).toContain('search');
        const found = await client.callTool({ name: 'search', arguments: { query: 'held' } });
        expect(found.isError).not.toBe(true);
        await client.ping();
      }
    });

    test('serve it while Redis is frozen, and when it is back', async () => {
      for (let i = 0; i < 4; i += 1) {
        await client.ping();
      }
      redis.pause();
      try {
        const begun = performance.now();
        for (let i = 0; i < 10; i += 1) {
          await client.ping();
        }
        expect(performance.now() - begun).toBeLessThan(2_000);
      } finally {
        redis.resume();
      }
      await untilShared(here);
      await untilShared(there);
      await client.ping();
      await client.ping();
    });

    test('know that it is over, whichever was told', async () => {
      const id = (client.transport as StreamableHTTPClientTransport).sessionId!;
      await client.ping();
      await client.ping();
      const status = async ({ url }: ServedInProcess, method: string): Promise<number> => {
        const headers = {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-session-id': id,
        };
        const body = method === 'POST' ? { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' } : {};
        return (await fetch(`${url}/mcp`, { method, headers, ...body })).status;
      };
      expect([await status(here, 'POST'), await status(there, 'POST')]).toEqual([200, 200]);
      expect(await status(there, 'DELETE')).toBe(204);
      const ended = performance.now();
      await until(async () => (await status(here, 'POST')) === 404);
      expect(performance.now() - ended).toBeLessThan(1_000);
      expect(await status(there, 'POST')).toBe(404);
    });
  });

  test('an instance that registers at one is found and called at the other, and leaves both for one reason', async () => {
    const instanceId = '0a1b2c3d-0000-4000-8000-000000000001';
    const registration = { instance_id: instanceId, dcc_type: 'maya', mcp_url: plain.url, ttl_secs: 60 };
    expect((await ask(here, 'POST', '/v1/instances/register', registration)).status).toBe(200);
    let hit: Json | undefined;
    await until(async () => {
      hit = (await search(there, 'read_scene')).find((each) => each['dcc_type'] === 'maya');
      return hit !== undefined;
    });
    const called = await ask(there, 'POST', '/v1/call', { tool_slug: hit!['tool_slug'], arguments: {} });
    expect(called).toMatchObject({ status: 200, body: { ok: true } });
    const beat = await ask(there, 'POST', '/v1/instances/heartbeat', { instance_id: instanceId });
    expect(beat.status).toBe(200);
    const moved = { ...registration, mcp_url: 'http://127.0.0.1:9/mcp' };
    expect((await ask(there, 'POST', '/v1/instances/register', moved)).status).toBe(409);
    const leaving = { instance_id: instanceId, reason: 'Maya was closed' };
    expect((await ask(there, 'POST', '/v1/instances/deregister', leaving)).status).toBe(200);
    await until(async () => !(await hasMaya(here)));
    for (const each of [here, there]) {
      const { body } = await ask(each, 'GET', '/v1/debug/instances');
      expect(body['departed']).toMatchObject([{ instance_id: instanceId, reason: 'it deregistered: Maya was closed' }]);
    }
    expect((await ask(here, 'POST', '/v1/instances/heartbeat', { instance_id: instanceId })).status).toBe(404);
  });

  test('a job that runs at one is shown and listed at the other, with its result', async () => {
    const [hit] = await search(here, '');
    const asked = { tool_slug: hit!['tool_slug'], meta: { 'dcc.async': true } };
    const { status, body } = await ask(here, 'POST', '/v1/call', asked);
    expect(status).toBe(202);
    const id = body['job_id'] as string;
    const call = await held.nextCall();
    call.progress(1, { total: 2 });
    await until(async () => (await ask(there, 'GET', `/v1/jobs/${id}`)).body['progress'] !== undefined);
    expect(await ask(there, 'GET', `/v1/jobs/${id}`)).toMatchObject({ status: 200, body: { state: 'running' } });
    expect((await ask(there, 'GET', '/v1/jobs?state=running')).body).toMatchObject({ jobs: [{ job_id: id }] });
    call.answer({ content: [{ type: 'text', text: 'done' }] });
    await until(async () => (await ask(there, 'GET', `/v1/jobs/${id}`)).body['state'] === 'succeeded');
    expect((await ask(there, 'GET', `/v1/jobs/${id}`)).body).toMatchObject({ result: { output: 'done' } });
  });

  describe('that is away', () => {
    afterEach(async () => {
      redis.resume();
      await Promise.all([untilShared(here), untilShared(there)]);
    });

    test('a session that begins is its gateway’s, and both serve it once Redis is back', async () => {
      redis.pause();
      await Promise.all([untilDegraded(here), untilDegraded(there)]);
      const { sessionId } = await initialize(here);
      expect([await ping(here, sessionId), await ping(there, sessionId)]).toEqual([200, 503]);
      redis.resume();
      await Promise.all([untilShared(here), untilShared(there)]);
      await until(async () => (await ping(there, sessionId)) === 200);
      expect(await ping(here, sessionId)).toBe(200);
    });

    test('a session that ends stays ended, and one that was never there is not found once Redis is back', async () => {
      const { sessionId } = await initialize(here);
      expect(await ping(there, sessionId)).toBe(200);
      redis.pause();
      await Promise.all([untilDegraded(here), untilDegraded(there)]);
      const headers = { 'mcp-session-id': sessionId };
      expect((await fetch(`${here.url}/mcp`, { method: 'DELETE', headers })).status).toBe(204);
      expect(await ping(here, sessionId)).toBe(404);
      expect(await ping(here, 'never-there')).toBe(503);
      redis.resume();
      await Promise.all([untilShared(here), untilShared(there)]);
      await until(async () => (await ping(there, sessionId)) === 404);
      expect([await ping(here, sessionId), await ping(here, 'never-there')]).toEqual([404, 404]);
    });

    test('an instance that registers at one is used there at once, and at the other once Redis is back', async () => {
      const instanceId = '0a1b2c3d-0000-4000-8000-000000000002';
      redis.pause();
      await Promise.all([untilDegraded(here), untilDegraded(there)]);
      const registration = { instance_id: instanceId, dcc_type: 'maya', mcp_url: plain.url, ttl_secs: 60 };
      expect((await ask(here, 'POST', '/v1/instances/register', registration)).status).toBe(200);
      await until(() => hasMaya(here));
      expect(await hasMaya(there)).toBe(false);
      redis.resume();
      await until(() => hasMaya(there));
      expect((await ask(there, 'POST', '/v1/instances/deregister', { instance_id: instanceId })).status).toBe(200);
      await until(async () => !(await hasMaya(here)));
    });

    test('and comes back without its data: what the gateways know is shared again', async () => {
      const { sessionId } = await initialize(here);
      const { port } = redis;
      await redis.kill();
      await Promise.all([untilDegraded(here), untilDegraded(there)]);
      expect(await ping(here, sessionId)).toBe(200);
      await redis.stop();
      redis = await startRedis({ port });
      await Promise.all([untilShared(here), untilShared(there)]);
      await until(async () => (await ping(there, sessionId)) === 200);
      expect(await ping(here, sessionId)).toBe(200);
    });
  });
});
