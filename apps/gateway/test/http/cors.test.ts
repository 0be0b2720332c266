import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createGateway, type RunningGateway } from '../../src/index.ts';

const ORIGIN = 'http://localhost:5173';
const TOKEN = 'a-token-of-the-test';

let gateway: RunningGateway;

beforeAll(async () => {
  const env = { DCC_MCP_AUTH_TOKEN: TOKEN };
  gateway = await createGateway({ enablePrometheus: true, env, config: { mcpServers: {} } });
});

afterAll(() => gateway.stop());

function ask(route: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const [method = '', path = ''] = route.split(' ');
  return fetch(gateway.url + path, { method, headers });
}

const ASK = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-mine' };

describe('a page of an origin that may ask', () => {
  test.each([
    ['GET /healthz', 200],
    ['GET /metrics', 200],
    ['POST /mcp', 401],
    ['GET /v1/instances', 401],
    ['GET /no/such/path', 404],
    ['DELETE /v1/call', 405],
  ])('reads the answer to %s (%i)', async (route, status) => {
    const response = await ask(route, { origin: ORIGIN });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('vary')).toContain('Origin');
    const exposed = response.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(
      expect.arrayContaining([
        'mcp-session-id',
        'mcp-protocol-version',
        'x-request-id',
        'x-dcc-mcp-trace-id',
        'traceparent',
      ]),
    );
  });

  test('opens a session and reads its id', async () => {
    const headers = { origin: ORIGIN, authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const response = await fetch(`${gateway.url}/mcp`, { method: 'POST', headers, body });
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('mcp-session-id')).not.toBeNull();
  });

  test.each([
    ['/mcp', 'GET, HEAD, POST, DELETE'],
    ['/mcp/', 'GET, HEAD, POST, DELETE'],
    ['/v1/call', 'POST'],
    ['/v1/instances', 'GET, HEAD'],
    ['/metrics', 'GET, HEAD'],
  ])('asks before, of %s, and is told without credentials', async (path, methods) => {
    const response = await ask(`OPTIONS ${path}`, { origin: ORIGIN, ...ASK });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-allow-methods')).toBe(methods);
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type,x-mine');
  });
});

describe('whoever names no origin', () => {
  test.each(['GET /healthz', 'POST /mcp', 'OPTIONS /mcp'])('hears nothing of origins at %s', async (route) => {
    const names = [...(await ask(route)).headers.keys()];
    expect(names.filter((name) => name.startsWith('access-control') || name === 'vary')).toEqual([]);
  });

  test('is told the methods of a path', async () => {
    const response = await ask('OPTIONS /v1/call');
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'POST']);
  });
});

describe('a 401', () => {
  test.each([
    ['nothing', {}, 'Bearer realm="dcc-mcp"', 'is required'],
    ['another scheme', { authorization: 'Basic eDp5' }, 'Bearer realm="dcc-mcp"', 'not "Bearer TOKEN"'],
    ['half a header', { authorization: 'Bearer' }, 'Bearer realm="dcc-mcp"', 'not "Bearer TOKEN"'],
    [
      'a wrong token',
      { authorization: 'Bearer nonsense' },
      'Bearer realm="dcc-mcp", error="invalid_token"',
      'wrong or has',
    ],
    ['two', { authorization: `Bearer ${TOKEN}, Bearer ${TOKEN}` }, 'Bearer realm="dcc-mcp"', 'not "Bearer TOKEN"'],
  ])('after %s says what to send', async (_what, headers, challenge, words) => {
    const response = await ask('POST /mcp', headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain(challenge);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain(words);
  });
});

describe('a path', () => {
  test.each([
    ['GET /healthz/', 200],
    ['GET /docs/', 200],
    ['HEAD /docs/', 200],
    ['HEAD /metrics', 200],
    ['POST /mcp/', 401],
    ['GET /v1/instances/', 401],
    ['GET //', 401],
  ])('is the same with a slash behind it: %s is %i', async (route, status) => {
    expect((await ask(route)).status).toBe(status);
  });

  test.each([
    ['GET /v1/serch', 'did you mean /v1/search?'],
    ['POST /mpc', 'did you mean /mcp?'],
    ['GET /something/else/altogether', '/mcp'],
    ['GET /something/else/altogether', '/v1/openapi.json'],
  ])('that is not there is told what is: %s', async (route, words) => {
    const response = await ask(route);
    expect(response.status).toBe(404);
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain(words);
  });
});
