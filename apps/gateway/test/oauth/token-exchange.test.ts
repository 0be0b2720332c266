// Upstreams that are called with the rights of each user: the caller's token is exchanged, and never passed on.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { JsonWebKey } from 'node:crypto';
import { PUBLISHED } from '../config/effects/signed-tokens.ts';
import { type AuthorizationServer, MACHINE, startAuthorizationServer } from '../fixtures/authorization-server.ts';
import type { Json } from '../fixtures/callers.ts';
import { type Issuer, startIssuer } from '../fixtures/issuer.ts';
import { type ProtectedServer, startProtectedServer } from '../fixtures/protected-server.ts';
import type { ServedInProcess } from '../fixtures/serve-in-process.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { createLab, instancesAt, isReady, type OauthLab, whoami } from './oauth-lab.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const OPERATOR = 'token-of-the-operator';

let lab: OauthLab;
let callers: Issuer;
let issuer: AuthorizationServer;
let server: ProtectedServer;

const oauth = { grant: 'token_exchange', clientId: MACHINE.client_id, clientSecret: MACHINE.client_secret };

interface Setup {
  readonly era?: 'legacy' | 'modern';
  readonly tokenSeconds?: number;
  readonly config?: object;
  readonly entry?: object;
}

async function begin({
  era = 'legacy',
  tokenSeconds = 3_600,
  config = {},
  entry = {},
}: Setup = {}): Promise<ServedInProcess> {
  const [key] = (JSON.parse(PUBLISHED.keys) as { readonly keys: readonly JsonWebKey[] }).keys;
  issuer = await startAuthorizationServer({ tokenSeconds, subjectKeys: [key!] });
  server = await startProtectedServer(issuer, { era });
  lab.configure({
    mcpServers: { tracker: { url: server.url, oauth, ...entry } },
    auth: { jwksUrl: callers.jwksUrl, tokens: [{ token: OPERATOR }] },
    ...config,
  });
  const gateway = await lab.serve();
  await until(async () => {
    const headers = { authorization: `Bearer ${OPERATOR}` };
    return (await instancesAt(gateway, '/v1/debug/instances', headers)).some(isReady);
  }, 8_000);
  return gateway;
}

beforeEach(async () => {
  lab = createLab();
  callers = await startIssuer();
});

afterEach(async () => {
  await lab.stop();
  callers.stop();
  issuer.stop();
  server.stop();
});

const as = (token: string): { readonly server: string; readonly headers: Readonly<Record<string, string>> } => ({
  server: 'tracker',
  headers: { authorization: `Bearer ${token}` },
});

const exchanges = (): number => issuer.grants.filter((grant) => grant === EXCHANGE).length;

async function connect(
  { url }: ServedInProcess,
  token: string,
  mode: 'legacy' | { readonly pin: string },
): Promise<Client> {
  const client = new Client({ name: 'x', version: '1' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
  return client;
}

describe.each(['legacy', 'modern'] as const)('a server of the %s era', (era) => {
  const session = (subject: string): string => (era === 'legacy' ? `session-of-${subject}` : 'none');

  test('is called as each user, in a session of that user', async () => {
    const gateway = await begin({ era });
    const users = await Promise.all(
      ['ada', 'bob', 'ada', 'bob', 'ada'].map((sub) => whoami(gateway, as(callers.token({ sub })))),
    );
    expect(users.map(({ output }) => output)).toEqual(
      ['ada', 'bob', 'ada', 'bob', 'ada'].map((sub) => `${sub} in ${session(sub)}`),
    );
    expect(server.sessions.filter((subject) => subject === 'ada')).toHaveLength(era === 'legacy' ? 1 : 0);
    expect(exchanges()).toBe(2);
  }, 30_000);

  test('never gets the token of a caller, whatever way the call takes', async () => {
    const gateway = await begin({ era, config: { server: { expose: 'all' } } });
    const token = callers.token();
    expect(await whoami(gateway, as(token))).toMatchObject({ output: `ada in ${session('ada')}` });
    for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
      const client = await connect(gateway, token, mode);
      const called = await client.callTool({ name: 'whoami', arguments: {} });
      expect(called.content).toEqual([{ type: 'text', text: `ada in ${session('ada')}` }]);
      const { resources } = await client.listResources();
      expect(resources.map(({ name }) => name)).toEqual(['of ada']);
      const { contents } = await client.readResource({ uri: resources[0]!.uri });
      expect(contents).toMatchObject([{ text: 'ada' }]);
      await client.close();
    }
    const signature = token.split('.').at(-1)!;
    expect(server.received.filter((text) => text.includes(signature))).toEqual([]);
    expect(gateway.stderr()).not.toContain(signature);
  }, 30_000);
});

test('the gateway’s own tools are used as the user as well', async () => {
  const gateway = await begin();
  const client = await connect(gateway, callers.token({ sub: 'bob' }), 'legacy');
  const { structuredContent: found } = await client.callTool({ name: 'search', arguments: { query: 'whoami' } });
  const [hit] = (found as Json)['hits'] as readonly Json[];
  const { structuredContent: called } = await client.callTool({
    name: 'call',
    arguments: { tool_slug: hit!['tool_slug'] },
  });
  const batch = { calls: [{ tool_slug: hit!['tool_slug'] }, { tool_slug: hit!['tool_slug'] }] };
  const { structuredContent: both } = await client.callTool({ name: 'call', arguments: batch });
  await client.close();
  expect(called).toMatchObject({ output: 'bob in session-of-bob' });
  expect(JSON.stringify(both).match(/bob in session-of-bob/g)).toHaveLength(2);
}, 30_000);

test('audience and scopes go to the authorization server as they are configured', async () => {
  const gateway = await begin({ entry: { oauth: { ...oauth, audience: 'tracker', scopes: ['tools'] } } });
  expect(await whoami(gateway, as(callers.token()))).toMatchObject({ status: 200 });
  expect(issuer.exchanged()).toMatchObject({ audience: 'tracker', scope: 'tools', resource: server.url });
}, 30_000);

test('a token is kept until shortly before its end, and asked for once by calls at once', async () => {
  const gateway = await begin({ tokenSeconds: 3 });
  await Promise.all(Array.from({ length: 10 }, () => whoami(gateway, as(callers.token()))));
  expect(exchanges()).toBe(1);
  await until(async () => {
    expect(await whoami(gateway, as(callers.token()))).toMatchObject({ status: 200 });
    return exchanges() === 2;
  }, 6_000);
  expect(server.refusals).toBe(0);
}, 30_000);

test('a token that the server takes no longer is replaced once', async () => {
  const gateway = await begin();
  await whoami(gateway, as(callers.token()));
  server.rejected.add(server.seen.at(-1)!.replace('Bearer ', ''));
  expect(await whoami(gateway, as(callers.token()))).toMatchObject({ status: 200 });
  expect(exchanges()).toBe(2);
}, 30_000);

test('a user with other scopes has another token', async () => {
  const gateway = await begin();
  await whoami(gateway, as(callers.token({ scope: 'mcp:read mcp:call' })));
  await whoami(gateway, as(callers.token({ scope: 'mcp:call mcp:read' })));
  await whoami(gateway, as(callers.token({ scope: 'mcp:read mcp:call more' })));
  expect(exchanges()).toBe(2);
}, 30_000);

test('no more than 256 sessions are open, and the one used longest ago goes first', async () => {
  const gateway = await begin();
  const users = Array.from({ length: 258 }, (_, index) => `user-${index}`);
  for (const sub of users) {
    expect(await whoami(gateway, as(callers.token({ sub })))).toMatchObject({ status: 200 });
  }
  await until(() => server.ended.length >= 2, 5_000);
  expect(server.ended).toEqual(['user-0', 'user-1']);
  expect(await whoami(gateway, as(callers.token({ sub: 'user-0' })))).toMatchObject({
    output: 'user-0 in session-of-user-0',
  });
}, 60_000);

test('whatever stands in a subject, it makes nobody somebody else', async () => {
  const gateway = await begin();
  const odd = [
    { sub: 'ada', scope: 'mcp:call mcp:read' },
    { sub: 'ada mcp:call mcp:read' },

    { sub: 'ADA' },
  ];
  for (const claims of odd) {
    const { output } = await whoami(gateway, as(callers.token(claims)));
    expect(output).toBe(`${claims.sub} in session-of-${claims.sub}`);
  }
}, 30_000);

describe('a caller', () => {
  test('whose token is not exchanged is refused, with the reason', async () => {
    const gateway = await begin();
    issuer.refused.add('mallory');
    expect(await whoami(gateway, as(callers.token({ sub: 'mallory' })))).toMatchObject({
      status: 403,
      error: {
        kind: 'forbidden',
        message: 'There is no token of this user for tracker (the authorization server answered invalid_grant)',
      },
    });
    expect(await whoami(gateway, as(callers.token()))).toMatchObject({ status: 200 });
  }, 30_000);

  test('who is nobody’s user is refused, and the server is not asked', async () => {
    const gateway = await begin();
    const before = server.received.length;
    expect(await whoami(gateway, as(OPERATOR))).toMatchObject({
      status: 403,
      error: { kind: 'forbidden', message: expect.stringContaining("each user's own rights") },
    });
    expect(server.received.slice(before).filter((text) => text.includes('tools/call'))).toEqual([]);
  }, 30_000);

  test('is told that the authorization server is gone', async () => {
    const gateway = await begin();
    issuer.stop();
    expect(await whoami(gateway, as(callers.token()))).toMatchObject({
      error: { kind: 'backend-unreachable', message: expect.stringContaining('can not be reached') },
    });
  }, 30_000);
});

test('tools are listed with the credential of the configuration, where there is one', async () => {
  const gateway = await begin({ entry: { headers: { Authorization: 'Bearer nothing' } } }).catch(
    (error: unknown) => error,
  );
  expect(gateway).toBeInstanceOf(Error);
  expect(issuer.grants).toEqual([]);
  expect(new Set(server.seen)).toEqual(new Set(['Bearer nothing']));
}, 30_000);
