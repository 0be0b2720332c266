import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import { createGateway } from '../../src/index.ts';
import { type RestGateway, startRestGateway } from './rest-gateway.ts';

function kindOf(body: Readonly<Record<string, unknown>>): unknown {
  return (body['error'] as { readonly kind?: unknown } | undefined)?.kind;
}

/** Status of a GET with a Host of its own, which `fetch` does not allow. */
function statusWithHost(url: string, host: string, target = '/v1/healthz'): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host }, path: target }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

/** Status of a POST on a connection that the caller wants closed after it. */
function statusOfLastPost(url: string, body: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/v1/search`, { method: 'POST', agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end(body);
  });
}

describe('with a policy of allowed tools', () => {
  let rest: RestGateway;

  beforeAll(async () => {
    rest = await startRestGateway({ policy: { allowedDccTypes: ['ToolBox'], readOnly: true } });
  });

  afterAll(async () => {
    await rest.gateway.stop();
  });

  test('search does not show what is hidden, and does not count it', async () => {
    const { body } = await rest.post('/v1/search', { limit: 100 });
    const hits = body['hits'] as readonly { readonly dcc_type: string }[];
    expect(new Set(hits.map((hit) => hit.dcc_type))).toEqual(new Set(['toolbox']));
    expect(body['total']).toBe(hits.length);
  });

  test.each([
    ['describe', 'dcc-allowlist', () => ({ tool_slug: rest.blender('ping_host') })],
    ['load_skill', 'read-only', () => ({ skill_name: 'mesh-tools' })],
    ['call', 'read-only', () => ({ tool_slug: rest.blender('ping_host') })],
  ])('%s of what is hidden is 403 policy-denied for %s', async (operation, reason, body) => {
    const answer = await rest.post(`/v1/${operation}`, body());
    expect([answer.status, kindOf(answer.body)]).toEqual([403, 'policy-denied']);
    expect(answer.body).toMatchObject({
      error: { policy: { outcome: 'denied', reason, operation, message: expect.any(String) } },
    });
  });

  test('read-only lets a tool be called that only reads, and no other', async () => {
    const reads = await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 } });
    const writes = await rest.post('/v1/call', { tool_slug: rest.toolbox('say') });
    expect([reads.status, writes.status, kindOf(writes.body)]).toEqual([200, 403, 'policy-denied']);
  });

  test('near candidates of a wrong slug hold nothing that is hidden', async () => {
    const answer = await rest.post('/v1/call', { tool_slug: rest.blender('ping_hosts') });
    expect(answer.status).toBe(404);
    expect(JSON.stringify(answer.body['error'])).not.toContain(rest.blender('ping_host"'));
  });
});

describe('with a token, a limit of the body and a rate', () => {
  const TOKEN = 'the-right-token-of-the-gateway';
  const authorization = { authorization: `Bearer ${TOKEN}` };
  let rest: RestGateway | undefined;

  afterEach(async () => {
    await rest?.gateway.stop();
    rest = undefined;
  });

  test('asks for the token on every route but health, and says how', async () => {
    rest = await startRestGateway({ auth: { tokens: [{ token: TOKEN, name: 'ci' }] } }, authorization);
    const without = await rest.post('/v1/search', {});
    expect([without.status, kindOf(without.body)]).toEqual([401, 'unauthorized']);
    expect(without.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect((await rest.post('/v1/search', {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await rest.post('/v1/search', {}, authorization)).status).toBe(200);
    expect((await rest.get('/v1/healthz')).status).toBe(200);
    expect(rest.gateway.stderr()).not.toContain(TOKEN);
  });

  test('refuses a body that is larger than the limit with 413', async () => {
    rest = await startRestGateway({ server: { bodyLimitBytes: 2_000 } });
    const fits = await rest.post('/v1/search', { query: 'x'.repeat(1_900) });
    const large = await rest.post('/v1/search', { query: 'x'.repeat(2_000) });
    expect([fits.status, large.status, kindOf(large.body)]).toEqual([200, 413, 'payload-too-large']);
  });

  test('a caller that wants its connection closed reads the 413, too', async () => {
    rest = await startRestGateway({ server: { bodyLimitBytes: 2_000 } });
    const { url } = rest.gateway;
    const statuses = [];
    for (let i = 0; i < 8; i += 1) {
      statuses.push(await statusOfLastPost(url, 'x'.repeat(20_000_000)));
    }
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 413));
  });

  test('throttles with 429 and says how long to wait', async () => {
    rest = await startRestGateway({ limits: { ratePerMinute: 3 } });
    const answers = [];
    for (let i = 0; i < 4; i += 1) {
      answers.push(await rest.post('/v1/call', { tool_slug: rest.toolbox('say') }));
    }
    const last = answers.at(-1)!;
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429]);
    expect(kindOf(last.body)).toBe('throttled');
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(last.body).toMatchObject({ error: { retryable: true, retry_after_secs: expect.any(Number) } });
  });
});

describe('on a loopback address', () => {
  let rest: RestGateway;

  beforeAll(async () => {
    rest = await startRestGateway();
  });

  afterAll(async () => {
    await rest.gateway.stop();
  });

  test.each([
    ['127.0.0.1:80', 200],
    ['localhost', 200],
    ['[::1]:9765', 200],
    ['127.8.9.10', 200],
    ['evil.example', 403],
    ['127.evil.example', 403],
    ['127.0.0.1.evil.example:9765', 403],
    ['localhost.evil.example', 403],
  ])('answers the Host %s with %i', async (host, status) => {
    expect(await statusWithHost(rest.gateway.url, host)).toBe(status);
  });

  test.each([
    ['http://localhost:3000', 200],
    ['http://127.0.0.1:5173', 200],
    ['https://evil.example', 403],
    ['https://127.evil.example', 403],
    ['null', 403],
  ])('answers the Origin %s with %i', async (origin, status) => {
    expect((await fetch(`${rest.gateway.url}/v1/healthz`, { headers: { origin } })).status).toBe(status);
  });

  test('reads the host of a target in absolute form in place of the Host', async () => {
    const { url } = rest.gateway;
    expect(await statusWithHost(url, 'localhost', 'http://localhost/healthz')).toBe(200);
    expect(await statusWithHost(url, 'localhost', 'http://evil.example/healthz')).toBe(403);
  });
});

describe('on a loopback address by another name', () => {
  test('refuses a foreign Host, too', async () => {
    const gateway = await createGateway({ host: 'LOCALHOST' });
    try {
      expect(await statusWithHost(gateway.url!, 'evil.example')).toBe(403);
      expect(await statusWithHost(gateway.url!, 'localhost')).toBe(200);
    } finally {
      await gateway.stop();
    }
  });
});
