// Tokens of an authorization server: where a client learns of it, what their scopes allow, and what happens without its keys.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hash } from 'node:crypto';
import type { Json } from '../fixtures/callers.ts';
import { type Issuer, startIssuer } from '../fixtures/issuer.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { modernMeta } from '../tracing/raw-mcp.ts';
import { until } from '../upstream/fixtures/harness.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

let issuer: Issuer;
let server: PlainServer;
let gateway: RunningGateway;
let slug: string;

const auth = (): object => ({ jwksUrl: issuer.jwksUrl, audience: 'gateway', issuer: issuer.url });

async function start(config: object = {}): Promise<RunningGateway> {
  const running = await startGateway({
    config: { mcpServers: { plain: { url: server.url } }, auth: auth(), ...config },
  });
  await running.ready();
  return running;
}

interface Sent {
  readonly method?: string;
  readonly body?: object;
  readonly claims?: object;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(path: string, { method, body, claims, token, headers }: Sent = {}, to = gateway): Promise<Response> {
  const bearer = token ?? (claims === undefined ? undefined : issuer.token(claims));
  return fetch(to.url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { ...JSON_HEADERS, ...(bearer && { authorization: `Bearer ${bearer}` }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function jsonOf(response: Response | Promise<Response>): Promise<Json> {
  return (await (await response).json()) as Json;
}

const rpc = (method: string, params: object = {}): object => ({ jsonrpc: '2.0', id: 1, method, params });
const initialize = rpc('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'x', version: '1' },
});

const search = { body: { query: 'read' } };
const call = (): Sent => ({ body: { tool_slug: slug } });
const tool = (name: string): Sent => ({
  body: rpc('tools/call', {
    name,
    arguments: name === 'call' ? { tool_slug: slug } : { query: 'read' },
    _meta: modernMeta,
  }),
  headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name },
});
const message = (method: string): Sent => ({
  body: rpc(method, { _meta: modernMeta }),
  headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method },
});

const began = (scope: string): Promise<Response> => send('/mcp', { body: initialize, claims: { scope } });

beforeAll(async () => {
  issuer = await startIssuer();
  server = await startPlainServer({ tools: ['read_it'] });
  gateway = await start();
  const { instances } = await jsonOf(send('/v1/instances', { claims: {} }));
  const [{ instance_short: short }] = instances as readonly [Json];
  slug = `plain.${String(short)}.read_it`;
}, 20_000);

afterAll(async () => {
  await gateway?.stop();
  issuer?.stop();
  server?.server.closeAllConnections();
  server?.server.close();
});

describe('where a client learns who issues tokens', () => {
  test.each([
    ['/mcp', `${WELL_KNOWN}/mcp`, '/mcp'],
    ['/v1/search', WELL_KNOWN, ''],
  ])('a 401 of %s names the metadata of its resource', async (path, metadata, resource) => {
    const refused = await send(path, { body: initialize });
    expect(refused.status).toBe(401);
    const challenge = refused.headers.get('www-authenticate');
    expect(challenge).toBe(`Bearer realm="dcc-mcp", resource_metadata="${gateway.url}${metadata}"`);
    expect(await jsonOf(fetch(gateway.url + metadata))).toEqual({
      resource: gateway.url + resource,
      authorization_servers: [issuer.url],
      scopes_supported: ['mcp:read', 'mcp:call', 'admin:read'],
      bearer_methods_supported: ['header'],
      resource_name: 'DCC-MCP gateway',
    });
  });

  test('a token that is wrong is told so, with the metadata', async () => {
    const refused = await send('/mcp', { body: initialize, token: 'nonsense' });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain(`resource_metadata="${gateway.url}${WELL_KNOWN}/mcp"`);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test('behind a proxy it is the public URL, also where the proxy hands the whole path on', async () => {
    const proxied = await start({ server: { publicUrl: 'https://studio.example/gateway/' } });
    const refused = await send('/mcp', { body: initialize, headers: { host: 'studio.example' } }, proxied);
    const documents = [`${WELL_KNOWN}/mcp`, `${WELL_KNOWN}/gateway/mcp`].map((path) =>
      jsonOf(fetch(proxied.url + path)),
    );
    const [short, long] = await Promise.all(documents);
    await proxied.stop();
    expect(refused.headers.get('www-authenticate')).toContain(
      `resource_metadata="https://studio.example/gateway${WELL_KNOWN}/mcp"`,
    );
    expect(short).toMatchObject({ resource: 'https://studio.example/gateway/mcp' });
    expect(long).toEqual(short);
  });

  test('a gateway with tokens of its own alone has no issuer to name', async () => {
    const own = await start({ auth: { tokens: [{ token: 'a-token-of-this-test' }] } });
    const refused = await send('/mcp', { body: initialize }, own);
    const metadata = await fetch(own.url + WELL_KNOWN);
    await own.stop();
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="dcc-mcp"');
    expect(metadata.status).toBe(404);
    expect(await metadata.text()).toContain('Connect without them');
  });
});

describe('scopes', () => {
  test.each<[what: string, path: string, sent: () => Sent, needed: string]>([
    ['search', '/v1/search', () => search, 'mcp:read'],
    ['describe', '/v1/describe', call, 'mcp:read'],
    ['a tool', `/v1/tools/SLUG`, () => ({}), 'mcp:read'],
    ['instances', '/v1/instances', () => ({}), 'mcp:read'],
    ['skills', '/v1/skills', () => ({}), 'mcp:read'],
    ['call', '/v1/call', call, 'mcp:call'],
    ['call_batch', '/v1/call_batch', () => ({ body: { calls: [{ tool_slug: slug }] } }), 'mcp:call'],
    ['debug', '/v1/debug/calls', () => ({}), 'admin:read'],
    ['the API of the page', '/admin/api/health', () => ({}), 'admin:read'],
    ['search over MCP', '/mcp', () => tool('search'), 'mcp:read'],
    ['call over MCP', '/mcp', () => tool('call'), 'mcp:call'],
    ['the list of tools', '/mcp', () => message('tools/list'), 'mcp:read'],
    ['the list of resources', '/mcp', () => message('resources/list'), 'mcp:read'],
  ])('%s needs %s', async (_what, path, sent, needed) => {
    const at = path.replace('SLUG', slug);
    const others = ['mcp:read', 'mcp:call', 'admin:read'].filter((scope) => scope !== needed).join(' ');
    const refused = await send(at, { ...sent(), claims: { scope: others } });
    expect(refused.status).toBe(403);
    const metadata = `${gateway.url}${WELL_KNOWN}${path === '/mcp' ? '/mcp' : ''}`;
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer realm="dcc-mcp", resource_metadata="${metadata}", error="insufficient_scope", scope="${needed}"`,
    );
    expect((await send(at, { ...sent(), claims: { scope: `openid ${needed}` } })).status).toBe(200);
    expect((await send(at, { ...sent(), claims: {} })).status).toBe(200);
  });

  test.each([
    ['a list of scopes', { scp: ['mcp:read'] }, 200],
    ['scp as text', { scp: 'mcp:read other' }, 200],
    ['an empty scope', { scope: '' }, 403],
    ['a scope that is no text', { scope: 7 }, 403],
    ['another case', { scope: 'MCP:READ' }, 403],
  ])('%s is read', async (_what, claims, status) => {
    expect((await send('/v1/search', { ...search, claims })).status).toBe(status);
  });

  test('a client may begin with any scope of MCP, and not with that of the history alone', async () => {
    expect((await began('mcp:read')).status).toBe(200);
    expect((await began('mcp:call')).status).toBe(200);
    expect((await began('admin:read')).status).toBe(403);
  });

  test('a member of a batch that needs another scope is refused alone', async () => {
    const claims = { scope: 'mcp:read' };
    const opening = rpc('initialize', {
      protocolVersion: '2025-03-26',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    });
    const session = (await send('/mcp', { body: opening, claims })).headers.get('mcp-session-id')!;
    const body = [rpc('tools/list'), { ...rpc('tools/call', { name: 'call', arguments: { tool_slug: slug } }), id: 2 }];
    const answers = await jsonOf(send('/mcp', { body, claims, headers: { 'mcp-session-id': session } }));
    expect(answers).toMatchObject([
      { id: 1, result: {} },
      { id: 2, error: { message: expect.stringContaining('mcp:call') } },
    ]);
  });

  test('the upstreams’ own tools are called, whatever their names', async () => {
    const exposing = await start({ server: { expose: 'all' } });
    const sent = { ...tool('search'), claims: { scope: 'mcp:read' } };
    const refused = await send('/mcp', sent, exposing);
    await exposing.stop();
    expect(refused.status).toBe(403);
  });

  test('a session is that of the subject that opened it', async () => {
    const session = (await send('/mcp', { body: initialize, claims: {} })).headers.get('mcp-session-id')!;
    const ping = { body: rpc('ping'), headers: { 'mcp-session-id': session } };
    expect((await send('/mcp', { ...ping, claims: { jti: 'another token of ada' } })).status).toBe(200);
    expect((await send('/mcp', { ...ping, claims: { sub: 'bob' } })).status).toBe(404);
  });
});

describe('keys that can not be had', () => {
  test('let nobody in, are said once, and stand in the health', async () => {
    const broken = await startIssuer();
    broken.setBroken(true);
    const guarded = await start({ auth: { jwksUrl: broken.jwksUrl, tokens: [{ token: 'a-token-of-this-test' }] } });
    const ask = (token: string): Promise<Response> => send('/v1/search', { body: {}, token }, guarded);
    const refused = [await ask(broken.token()), await ask(broken.token({ sub: 'bob' }))];
    expect(refused.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '5'],
      [503, '5'],
    ]);
    expect(await jsonOf(refused[0]!)).toMatchObject({ error: { kind: 'not-ready', retryable: true } });
    expect((await ask('nonsense')).status).toBe(401);
    expect((await ask('a-token-of-this-test')).status).toBe(200);
    const health = (): Promise<Json> => jsonOf(send('/v1/debug/health', { token: 'a-token-of-this-test' }, guarded));
    expect(await health()).toMatchObject({
      status: 'degraded',
      authentication: { keys: { state: 'failing', last_error: expect.stringContaining('HTTP 500, a moment ago') } },
    });
    const said = guarded
      .stderr()
      .split('\n')
      .filter((line) => line.includes(broken.jwksUrl));
    await guarded.stop();
    broken.stop();
    expect(said).toEqual([expect.stringContaining('can not be had')]);
  });

  test('a caller is let in as soon as they are there, and that is said', async () => {
    const slow = await startIssuer();
    slow.setBroken(true);
    const guarded = await start({ auth: { jwksUrl: slow.jwksUrl } });
    slow.setBroken(false);
    const ask = (): Promise<Response> => send('/v1/search', { body: {}, token: slow.token() }, guarded);
    await until(async () => (await ask()).status === 200, 15_000);
    const health = await jsonOf(send('/v1/debug/health', { token: slow.token() }, guarded));
    await guarded.stop();
    slow.stop();
    expect(health).toMatchObject({ authentication: { keys: { state: 'ok' } } });
    expect(guarded.stderr()).toContain(`the keys of ${slow.jwksUrl} are there again`);
  }, 25_000);
});

const hashed = (subject: string): string => `sha256:${hash('sha256', subject)}`;

async function rowOf(called: Response, to: RunningGateway, asker: Sent): Promise<Json> {
  const id = called.headers.get('x-request-id');
  let row: Json | undefined;
  await until(async () => {
    const { calls } = await jsonOf(send('/v1/debug/calls?limit=10', asker, to));
    row = (calls as readonly Json[]).find(({ request_id: each }) => each === id);
    return row !== undefined;
  });
  return row!;
}

describe('whose call it was', () => {
  test.each([
    ['user-1', 'user-1'],
    ['auth0|abc', 'auth0|abc'],
    ['carol@example.org', hashed('carol@example.org')],
    ['auth0|carol@example.org', hashed('auth0|carol@example.org')],
    ['auth0|dave@example.org', hashed('auth0|dave@example.org')],
  ])('a token of %s is told as %s', async (sub, told) => {
    const called = await send('/v1/call', { ...call(), claims: { sub } });
    expect([called.status, called.headers.get('x-dcc-mcp-context-warnings')]).toEqual([200, null]);
    expect(await rowOf(called, gateway, { claims: {} })).toMatchObject({
      auth_subject: told,
      attribution_trust: { auth_subject: 'auth' },
    });
  });

  test('a static token is told by its name, and by the hash of a name that is an address', async () => {
    const tokens = [
      { token: 'a'.repeat(32), name: 'alice' },
      { token: 'b'.repeat(32), name: 'bob@example.org' },
    ];
    const running = await start({ auth: { tokens } });
    const rows = [];
    for (const { token } of tokens) {
      const called = await send('/v1/call', { ...call(), token }, running);
      rows.push(await rowOf(called, running, { token }));
    }
    await running.stop();
    expect(rows).toMatchObject([{ auth_subject: 'alice' }, { auth_subject: hashed('bob@example.org') }]);
  });
});
