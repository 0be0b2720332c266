// Servers that ask for a login: what the gateway says of them, the login, and what comes after it.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { StateFolder } from '../../src/files/state-folder.ts';
import { FileTokenStore } from '../../src/upstream/oauth/file-token-store.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../fixtures/authorization-server.ts';
import type { Json } from '../fixtures/callers.ts';
import { type ProtectedServer, startProtectedServer } from '../fixtures/protected-server.ts';
import type { CommandEnd } from '../fixtures/run-command.ts';
import type { ServedInProcess } from '../fixtures/serve-in-process.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { arrive, createLab, isReady, type OauthLab, oauthRefreshes, pageIn, untilRow, whoami } from './oauth-lab.ts';

let lab: OauthLab;
let issuer: AuthorizationServer;
let server: ProtectedServer;

async function begin(options: Parameters<typeof startAuthorizationServer>[0] = {}): Promise<void> {
  issuer = await startAuthorizationServer(options);
  server = await startProtectedServer(issuer);
  lab.configure({ mcpServers: { tracker: { url: server.url } }, metrics: { enabled: true } });
}

beforeEach(() => {
  lab = createLab();
});

afterEach(async () => {
  await lab.stop();
  issuer.stop();
  server.stop();
});

const NEEDS_LOGIN = 'needs login: run dcc-mcp-gateway login tracker';
const needsLogin = (row: Json): boolean => row['status'] === 'unreachable' && row['last_error'] === NEEDS_LOGIN;

/** The token that the server was sent last. */
const lastToken = (): string => server.seen.at(-1)!.replace('Bearer ', '');
/** Logs in with an answer of our own making in place of the one of the authorization server. */
const answered = (change: (callback: URL) => void): Promise<CommandEnd> =>
  lab.run(['login', 'tracker', '--no-browser', '--timeout', '5'], (text) => {
    const page = pageIn(text);
    if (page !== undefined) {
      void arrive(issuer, page, change);
    }
  });
const refreshes = (): number => issuer.grants.filter((grant) => grant === 'refresh_token').length;

async function loggedIn(): Promise<ServedInProcess> {
  expect(await lab.login('tracker', issuer)).toMatchObject({ code: 0 });
  const gateway = await lab.serve();
  await untilRow(gateway, { server: 'tracker', is: isReady });
  return gateway;
}

describe('a server that asks for a login', () => {
  test('says so, and is there within seconds after it, without a restart', async () => {
    await begin();
    const gateway = await lab.serve();
    await untilRow(gateway, { server: 'tracker', is: needsLogin });
    expect(await whoami(gateway, { server: 'tracker' })).toMatchObject({
      error: { kind: 'backend-unreachable', message: expect.stringContaining(NEEDS_LOGIN) },
    });
    const login = await lab.login('tracker', issuer);
    expect(login).toMatchObject({ code: 0, stderr: '' });
    await untilRow(gateway, { server: 'tracker', is: isReady, millis: 4_000 });
    expect(await whoami(gateway, { server: 'tracker' })).toMatchObject({
      status: 200,
      output: 'ada in session-of-ada',
    });
  }, 30_000);

  test('keeps its tokens in one file that is the user’s alone', async () => {
    await begin();
    await lab.login('tracker', issuer);
    const files = lab.tokenFiles();
    expect(files.map((file) => /oauth\/tracker-[0-9a-f]{8}\.json$/.test(file))).toEqual([true]);
    expect(statSync(files[0]!).mode & 0o777).toBe(0o600);
  }, 30_000);

  test('needs one again after a logout, also where the gateway runs', async () => {
    await begin();
    const gateway = await loggedIn();
    expect(await lab.run(['logout', 'tracker'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('logged out'),
    });
    expect(await lab.run(['logout', 'tracker'])).toMatchObject({ code: 0, stdout: expect.stringContaining('nobody') });
    expect(lab.tokenFiles()).toEqual([]);
    await untilRow(gateway, { server: 'tracker', is: needsLogin });
  }, 30_000);

  test('needs one again after a logout in the middle of a refresh', async () => {
    await begin();
    await lab.login('tracker', issuer);
    const store = new FileTokenStore(new StateFolder(join(lab.folder, 'state')));
    let loggingOut: Promise<CommandEnd> | undefined;
    await store.exclusively('tracker', async () => {
      const record = await store.read('tracker');
      loggingOut = lab.run(['logout', 'tracker']);
      await Promise.race([loggingOut, wait(300)]); // it is to wait, so nothing tells when
      await store.write('tracker', record!);
    });
    expect(await loggingOut).toMatchObject({ code: 0, stdout: expect.stringContaining('logged out') });
    expect(lab.tokenFiles()).toEqual([]);
  }, 30_000);

  test('is explained by the doctor, who uses a login that is there', async () => {
    await begin();
    const before: unknown = JSON.parse((await lab.run(['doctor', '--json'])).stdout);
    const problem = { message: 'it asks for a login', action: 'run dcc-mcp-gateway login tracker' };
    expect(before).toMatchObject({ servers: [{ problem }] });
    await lab.login('tracker', issuer);
    const after: unknown = JSON.parse((await lab.run(['doctor', '--json'])).stdout);
    expect(after).toMatchObject({ servers: [{ outcome: 'ok', tools: 1 }] });
  }, 30_000);

  test('that says nothing of an authorization server is told of as before', async () => {
    issuer = await startAuthorizationServer();
    server = await startProtectedServer(issuer, { hasMetadata: false });
    lab.configure({ mcpServers: { tracker: { url: server.url } } });
    const gateway = await lab.serve();
    const row = await untilRow(gateway, { server: 'tracker', is: (each) => each['last_error'] !== undefined });
    expect(row['last_error']).toContain('HTTP 401');
  }, 30_000);

  test('with a credential in its configuration keeps that one', async () => {
    await begin();
    await lab.login('tracker', issuer);
    lab.configure({ mcpServers: { tracker: { url: server.url, headers: { Authorization: 'Bearer mine' } } } });
    const gateway = await lab.serve();
    const row = await untilRow(gateway, { server: 'tracker', is: (each) => each['last_error'] !== undefined });
    expect(row['last_error']).toContain('HTTP 401');
    expect(new Set(server.seen)).toEqual(new Set(['Bearer mine']));
  }, 30_000);

  test('that has moved gets no token that was meant for the old place', async () => {
    await begin();
    await lab.login('tracker', issuer);
    const moved = await startProtectedServer(issuer);
    lab.configure({ mcpServers: { tracker: { url: moved.url } } });
    const gateway = await lab.serve();
    await untilRow(gateway, { server: 'tracker', is: needsLogin });
    moved.stop();
    expect(new Set(moved.seen)).toEqual(new Set(['']));
  }, 30_000);
});

describe('a token', () => {
  test('is refreshed ahead of its end, so that no call meets it', async () => {
    await begin({ tokenSeconds: 4 });
    const gateway = await loggedIn();
    const first = lastToken();
    await until(() => refreshes() >= 2, 10_000);
    const statuses = [await whoami(gateway, { server: 'tracker' }), await whoami(gateway, { server: 'tracker' })];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
    expect(lastToken()).not.toBe(first);
    expect(issuer.claimsOf(lastToken())).toMatchObject({ aud: server.url, sub: 'ada' });
    expect(server.refusals).toBe(0);
    expect(await oauthRefreshes(gateway)).toMatchObject({ success: expect.any(Number) });
    // The next start uses what was refreshed last.
    expect(readFileSync(lab.tokenFiles()[0]!, 'utf8')).toContain(lastToken());
  }, 30_000);

  test('that is refused in the middle of work is replaced once, for all the calls that meet it', async () => {
    await begin();
    const gateway = await loggedIn();
    server.rejected.add(lastToken());
    const calls = await Promise.all(Array.from({ length: 20 }, () => whoami(gateway, { server: 'tracker' })));
    expect(calls.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(refreshes()).toBe(1);
    expect(await oauthRefreshes(gateway)).toEqual({ success: 1 });
  }, 30_000);

  test('that is refused again after that is not replaced in a loop', async () => {
    await begin();
    const gateway = await loggedIn();
    server.rejectAll(true);
    const call = await whoami(gateway, { server: 'tracker' });
    expect(call['error']).toMatchObject({
      kind: 'backend-unreachable',
      message: expect.stringContaining('needs login'),
    });
    await Promise.all(Array.from({ length: 10 }, () => whoami(gateway, { server: 'tracker' })));
    expect(refreshes()).toBe(1);
  }, 30_000);

  test('that can not be refreshed any more needs another login', async () => {
    await begin();
    const gateway = await loggedIn();
    await issuer.revokeAll();
    server.rejected.add(lastToken());
    expect((await whoami(gateway, { server: 'tracker' })).error?.message).toContain(NEEDS_LOGIN);
    await untilRow(gateway, { server: 'tracker', is: needsLogin });
    expect(await oauthRefreshes(gateway)).toEqual({ failed_invalid_grant: 1 });
    await lab.login('tracker', issuer);
    await untilRow(gateway, { server: 'tracker', is: isReady, millis: 4_000 });
  }, 30_000);

  test('whose authorization server is gone is used to its end, and that is said then', async () => {
    await begin({ tokenSeconds: 3 });
    const gateway = await loggedIn();
    issuer.stop();
    await until(async () => Number((await oauthRefreshes(gateway))['failed_network']) > 0, 8_000);
    const row = await untilRow(gateway, { server: 'tracker', is: (each) => each['status'] === 'unreachable' });
    expect(row['last_error']).toContain('no token (the authorization server can not be reached');
  }, 30_000);

  test('stands in no answer, no line and no row', async () => {
    await begin({ tokenSeconds: 4 });
    lab.configure({
      mcpServers: { tracker: { url: server.url, oauth: { clientId: 'known', scopes: ['tools'] } } },
      trafficCapture: 'metadata',
      metrics: { enabled: true },
    });
    const login = await lab.login('tracker', issuer);
    const gateway = await lab.serve();
    await untilRow(gateway, { server: 'tracker', is: isReady });
    const call = await whoami(gateway, { server: 'tracker' });
    await until(() => refreshes() >= 1, 8_000);
    const debug = [
      'instances',
      'calls',
      'traces',
      'governance',
      'telemetry',
      'health',
      'activity',
      'traffic',
      'export',
    ];
    const paths = [
      ...[...debug, `bundles/${String(call['request_id'])}`].map((path) => `/v1/debug/${path}`),
      '/v1/instances',
      '/metrics',
      '/',
    ];
    const told = await Promise.all([
      ...paths.map(async (path) => {
        const answer = await fetch(gateway.url + path);
        expect([path, answer.status]).toEqual([path, 200]);
        return answer.text();
      }),
      lab.run(['config', 'print', '--json']).then(({ stdout, stderr }) => stdout + stderr),
      lab.run(['doctor', '--json']).then(({ stdout, stderr }) => stdout + stderr),
    ]);
    const everything = [...told, gateway.stderr(), login.stdout, login.stderr, JSON.stringify(call)].join('\n');
    const { token } = JSON.parse(readFileSync(lab.tokenFiles()[0]!, 'utf8')) as {
      readonly token: { readonly accessToken: string; readonly refreshToken: string };
    };
    const secrets = [...server.seen.map((seen) => seen.replace('Bearer ', '')), token.refreshToken, token.accessToken];
    expect([...new Set(secrets)].filter((secret) => secret === '' || everything.includes(secret))).toEqual([]);
  }, 30_000);
});

describe('the command login', () => {
  test.each([
    [['login', 'trackr'], "there is no server 'trackr', did you mean tracker?"],
    [['login', 'program'], 'needs no login'],
    [['login', 'machine'], 'has the grant client_credentials'],
    [['login'], 'takes one server'],
    [['login', 'tracker', 'other'], 'takes one server'],
    [['login', 'tracker', '--timeout', 'soon'], '--timeout takes seconds'],
    [['login', 'tracker', '--nobrowser'], 'nobrowser'],
    [['logout', 'nobody'], "there is no server 'nobody'"],
  ])(
    '%j is refused with 2',
    async (args, words) => {
      await begin();
      lab.configure({
        mcpServers: {
          tracker: { url: server.url },
          program: { command: 'node' },
          machine: { url: server.url, oauth: { grant: 'client_credentials', clientId: 'machine', clientSecret: 's' } },
        },
      });
      expect(await lab.run(args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
    },
    30_000,
  );

  test('ends when nobody logs in', async () => {
    await begin();
    const end = await lab.run(['login', 'tracker', '--no-browser', '--timeout', '0.2']);
    expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining('nobody logged in') });
    expect(lab.tokenFiles()).toEqual([]);
  }, 30_000);

  test.each<[what: string, change: (callback: URL) => void, words: string]>([
    [
      'that is refused says what the authorization server said',
      ({ searchParams }) => {
        searchParams.delete('code');
        searchParams.set('error', 'access_denied');
        searchParams.set('error_description', 'not today');
      },
      'access_denied: not today',
    ],
    [
      'answered by somebody else (RFC 9207) is none',
      ({ searchParams }) => searchParams.set('iss', 'https://evil.example'),
      'iss',
    ],
    ['without the issuer that was announced is none', ({ searchParams }) => searchParams.delete('iss'), 'iss'],
    [
      'with a code of nobody is none',
      ({ searchParams }) => searchParams.set('code', 'made-up'),
      'grant request is invalid',
    ],
    ['without a code is none', ({ searchParams }) => searchParams.delete('code'), 'no code'],
  ])(
    'a login %s',
    async (_what, change, words) => {
      await begin();
      const end = await answered(change);
      expect(end.code).toBe(1);
      expect(end.stderr.toLowerCase()).toContain(words);
      expect(lab.tokenFiles()).toEqual([]);
    },
    30_000,
  );

  test('listens only to whoever knows its state', async () => {
    await begin();
    const end = await lab.run(['login', 'tracker', '--no-browser', '--timeout', '1'], (text) => {
      const page = pageIn(text);
      if (page !== undefined) {
        const callback = new URL(new URL(page).searchParams.get('redirect_uri')!);
        callback.searchParams.set('code', 'of an attacker');
        callback.searchParams.set('state', 'guessed');
        void fetch(callback);
      }
    });
    expect(end.stderr).toContain('nobody logged in');
  }, 30_000);

  test('asks by PKCE, for the resource, and registers itself once', async () => {
    await begin();
    const pages: URL[] = [];
    const login = (): Promise<CommandEnd> =>
      lab.run(['login', 'tracker', '--no-browser'], (text) => {
        const page = pageIn(text);
        if (page !== undefined) {
          pages.push(new URL(page));
          void arrive(issuer, page);
        }
      });
    expect(await login()).toMatchObject({ code: 0 });
    expect(await login()).toMatchObject({ code: 0 });
    const [first, second] = pages.map(({ searchParams }) => Object.fromEntries(searchParams));
    expect(first).toMatchObject({ code_challenge_method: 'S256', resource: server.url, response_type: 'code' });
    expect(first!['redirect_uri']).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(second!['client_id']).toBe(first!['client_id']);
    expect(second!['state']).not.toBe(first!['state']);
  }, 30_000);

  test('that comes to nothing does not say in the browser that somebody is logged in', async () => {
    await begin();
    let shown: Promise<string> | undefined;
    const end = await lab.run(['login', 'tracker', '--no-browser', '--timeout', '5'], (text) => {
      const page = pageIn(text);
      if (page !== undefined) {
        shown ??= arrive(issuer, page, ({ searchParams }) => searchParams.set('code', 'made-up'));
      }
    });
    expect(end.code).toBe(1);
    expect(await shown).not.toMatch(/^logged in/i);
    expect(await shown).toContain('the terminal says whether');
  }, 30_000);

  test('takes the configured client and its scopes', async () => {
    await begin();
    lab.configure({ mcpServers: { tracker: { url: server.url, oauth: { clientId: 'known', scopes: ['tools'] } } } });
    expect(await lab.login('tracker', issuer)).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(lab.tokenFiles()[0]!, 'utf8'))).toMatchObject({ client: { client_id: 'known' } });
  }, 30_000);

  test('is needed again where its file is damaged', async () => {
    await begin();
    await lab.login('tracker', issuer);
    writeFileSync(lab.tokenFiles()[0]!, '{"version":1,"url":7');
    const gateway = await lab.serve();
    expect(await untilRow(gateway, { server: 'tracker', is: needsLogin })).toMatchObject({ last_error: NEEDS_LOGIN });
  }, 30_000);
});
