import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type RestGateway, startRestGateway } from './rest-gateway.ts';

let rest: RestGateway;

beforeAll(async () => {
  rest = await startRestGateway();
});

afterAll(async () => {
  await rest.gateway.stop();
});

function statusOf(body: object, server: string): unknown {
  return (body as { instances: { name: string; status: string }[] }).instances.find(({ name }) => name === server)
    ?.status;
}

describe('GET /v1/instances', () => {
  test('lists every server with what is known of it', async () => {
    // It is tried again now and then, and says so meanwhile.
    await until(async () => statusOf((await rest.get('/v1/instances')).body, 'gone') === 'unreachable');
    const { status, body } = await rest.get('/v1/instances');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 4, by_source: { config: 4 } });
    expect(body['instances']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'toolbox',
          dcc_type: 'toolbox',
          status: 'ready',
          tool_count: 13,
          source: 'config',
        }),
        expect.objectContaining({ name: 'gone', status: 'unreachable', last_error: expect.any(String) }),
        expect.objectContaining({ name: 'sleeper', status: 'idle', lazy: true }),
      ]),
    );
  });

  test('shows no command and no environment', async () => {
    expect(JSON.stringify((await rest.get('/v1/instances')).body)).not.toContain('tool-server.mjs');
  });
});

describe('GET /v1/skills', () => {
  test('lists groups of tools, loaded or not', async () => {
    const { status, body } = await rest.get('/v1/skills');
    expect(status).toBe(200);
    expect(body['skills']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ skill_name: 'mesh-tools', dcc_type: 'blender', loaded: false, tool_slugs: [] }),
        expect.objectContaining({ skill_name: 'sleeper', kind: 'lazy-upstream', loaded: false }),
      ]),
    );
    expect(body['total']).toBe((body['skills'] as object[]).length);
  });
});

describe('GET /v1/context', () => {
  test('tells the size of the gateway', async () => {
    expect((await rest.get('/v1/context')).body).toMatchObject({
      version: expect.any(String),
      live_instance_count: 2,
      action_count: expect.any(Number),
      loaded_skill_count: expect.any(Number),
    });
  });
});

describe('what tells of all', () => {
  test.each([
    ['/v1/instances?dcc_type=maya', 'dcc_type'],
    ['/v1/skills?limit=1', 'limit'],
    ['/v1/context?x', 'x'],
  ])('%s is refused: there is no such parameter', async (path, name) => {
    const { status, body } = await rest.get(path);
    expect([status, body['error']]).toEqual([
      400,
      expect.objectContaining({
        kind: 'bad-request',
        message: `unknown parameter ${name}; it takes no parameters`,
      }),
    ]);
  });
});

describe('health and readiness', () => {
  test.each([['/v1/healthz'], ['/healthz'], ['/livez'], ['/health']])('%s says who it is', async (path) => {
    const { status, body } = await rest.get(path);
    expect([status, body]).toEqual([200, { ok: true, name: 'dcc-mcp-gateway', version: expect.any(String) }]);
  });

  test.each([['/readyz'], ['/ready']])('%s is ready although one server is dead, and tells no names', async (path) => {
    const { status, body } = await rest.get(path);
    expect([status, body]).toEqual([200, { ok: true, draining: false }]);
  });

  test('/v1/readyz says which server could not be reached', async () => {
    let answer = await rest.get('/v1/readyz');
    // It is started again and again, and boots meanwhile.
    await until(async () => {
      answer = await rest.get('/v1/readyz');
      return answer.body['degraded'] !== undefined;
    });
    expect([answer.status, answer.body]).toEqual([200, { ok: true, ready: true, degraded: ['gone'] }]);
  });

  test('/v1/readyz names servers to whoever has a token, where one is needed', async () => {
    const gone = { command: process.execPath, args: ['-e', 'process.exit(3)'] };
    const gateway = await startGateway({ config: { mcpServers: { gone } }, env: { DCC_MCP_AUTH_TOKEN: 'mine' } });
    try {
      await gateway.ready();
      const ask = async (headers: Record<string, string>) =>
        (await fetch(`${gateway.url}/v1/readyz`, { headers })).json();
      expect(await ask({})).toEqual({ ok: true, ready: true });
      expect(await ask({ authorization: 'Bearer wrong' })).toEqual({ ok: true, ready: true });
      expect(await ask({ authorization: 'Bearer mine' })).toEqual({ ok: true, ready: true, degraded: ['gone'] });
    } finally {
      await gateway.stop();
    }
  });

  test('/v1/readyz is 200 while servers have not been tried, and says which', async () => {
    const hanging = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };
    const gateway = await startGateway({ config: { mcpServers: { hanging } } });
    try {
      const [byName, status] = await Promise.all([fetch(`${gateway.url}/v1/readyz`), fetch(`${gateway.url}/readyz`)]);
      expect([byName.status, await byName.json()]).toEqual([200, { ok: true, ready: false, waiting_for: ['hanging'] }]);
      expect([status.status, await status.json()]).toEqual([503, { ok: false, draining: false }]);
    } finally {
      await gateway.stop();
    }
  });
});

describe('GET /docs', () => {
  test('is a page that needs nothing from anywhere', async () => {
    const response = await fetch(`${rest.gateway.url}/docs`);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await response.text()).not.toMatch(/<script|https?:\/\//);
  });
});

describe('a plain answer', () => {
  test.each([['/healthz'], ['/v1/readyz'], ['/v1/instances'], ['/v1/openapi.json'], ['/docs']])(
    'of %s says which request and which trace it belongs to',
    async (path) => {
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
      const { headers } = await fetch(rest.gateway.url + path, { headers: { 'x-request-id': 'mine', traceparent } });
      expect(headers.get('x-request-id')).toBe('mine');
      expect(headers.get('x-dcc-mcp-request-id')).toBe('mine');
      expect(headers.get('x-dcc-mcp-trace-id')).toBe(traceId);
      expect(headers.get('traceparent')).toContain(traceId);
    },
  );

  test.each([['/healthz'], ['/v1/readyz'], ['/v1/instances']])('to HEAD %s is the headers of GET', async (path) => {
    const response = await fetch(rest.gateway.url + path, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.text()).toBe('');
  });
});

describe('what is no route', () => {
  test.each([
    ['GET', '/v1/nothing', 404],
    ['GET', '/v1/search', 405],
    ['DELETE', '/v1/call', 405],
  ])('%s %s is %i with the error envelope', async (method, path, status) => {
    const response = await fetch(rest.gateway.url + path, { method });
    expect([404, status]).toContain(response.status);
    expect(await response.json()).toMatchObject({ error: { kind: expect.any(String), message: expect.any(String) } });
  });

  test.each([
    ['DELETE', '/v1/tools/a.b.c', 'GET'],
    ['GET', '/v1/dcc/maya/instances/1f0c2d3e/call', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['HEAD', '/v1/search', 'POST'],
  ])('%s %s is 405 and names %s', async (method, path, allow) => {
    const response = await fetch(rest.gateway.url + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
  });
});

describe('a request from elsewhere', () => {
  test.each([
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['a foreign Origin on health', { origin: 'null' }],
  ])('is refused for %s', async (_, headers) => {
    const response = await fetch(`${rest.gateway.url}/v1/instances`, { headers });
    expect(response.status).toBe(403);
  });
});
