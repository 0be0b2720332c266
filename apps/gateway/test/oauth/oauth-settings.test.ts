// Each setting of `oauth` on an entry acts.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AuthorizationServer, MACHINE, startAuthorizationServer } from '../fixtures/authorization-server.ts';
import { type ProtectedServer, startProtectedServer } from '../fixtures/protected-server.ts';
import { arrive, createLab, isReady, type OauthLab, pageIn, untilRow } from './oauth-lab.ts';

let lab: OauthLab;
let issuer: AuthorizationServer;
let server: ProtectedServer;

beforeEach(async () => {
  lab = createLab();
  issuer = await startAuthorizationServer();
});

afterEach(async () => {
  await lab.stop();
  issuer.stop();
  server.stop();
});

async function begin(oauth: object, hasMetadata = true): Promise<void> {
  server = await startProtectedServer(issuer, { hasMetadata });
  lab.configure({ mcpServers: { tracker: { url: server.url, oauth } } });
}

/** Logs in; gives what the page was asked for. */
async function pageOf(): Promise<Readonly<Record<string, string>>> {
  let asked: Readonly<Record<string, string>> = {};
  const end = await lab.run(['login', 'tracker', '--no-browser', '--timeout', '5'], (text) => {
    const page = pageIn(text);
    if (page !== undefined) {
      asked = Object.fromEntries(new URL(page).searchParams);
      void arrive(issuer, page);
    }
  });
  expect(end).toMatchObject({ code: 0, stderr: '' });
  return asked;
}

test('issuer and resource stand in for what a server does not say of itself, for people', async () => {
  await begin({}, false);
  const resource = server.url;
  lab.configure({
    mcpServers: { tracker: { url: server.url, oauth: { issuer: issuer.issuer, resource, scopes: ['tools'] } } },
  });
  expect(await pageOf()).toMatchObject({ resource });
  const gateway = await lab.serve();
  expect(await untilRow(gateway, { server: 'tracker', is: isReady })).toMatchObject({ status: 'ready' });
}, 20_000);

test('issuer and resource do so for machines', async () => {
  await begin({}, false);
  const client = { grant: 'client_credentials', clientId: MACHINE.client_id, clientSecret: MACHINE.client_secret };
  const oauth = { ...client, issuer: issuer.issuer, resource: server.url };
  lab.configure({ mcpServers: { tracker: { url: server.url, oauth } } });
  const gateway = await lab.serve();
  expect(await untilRow(gateway, { server: 'tracker', is: isReady })).toMatchObject({ status: 'ready' });
}, 20_000);

test('issuer may have a path', async () => {
  const asked: string[] = [];
  const realm = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => void realm.listen(0, '127.0.0.1', resolve));
  const { port } = realm.address() as AddressInfo;
  await begin({
    grant: 'client_credentials',
    clientId: 'c',
    clientSecret: 's',
    issuer: `http://127.0.0.1:${port}/realms/studio`,
  });
  const gateway = await lab.serve();
  await untilRow(gateway, { server: 'tracker', is: (each) => each['last_error'] !== undefined });
  realm.closeAllConnections();
  realm.close();
  expect(asked).toContain('/.well-known/oauth-authorization-server/realms/studio');
}, 20_000);

test('scopes are asked for', async () => {
  await begin({ scopes: ['tools', 'openid'] });
  expect((await pageOf())['scope']!.split(' ')).toEqual(expect.arrayContaining(['tools', 'openid']));
}, 20_000);

test('callbackPort is where the browser comes back', async () => {
  const free = createServer();
  await new Promise<void>((resolve) => void free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => void free.close(resolve));
  await begin({ clientId: 'known', callbackPort: port });
  expect(await pageOf()).toMatchObject({ client_id: 'known', redirect_uri: `http://127.0.0.1:${port}/callback` });
  expect(lab.tokenFiles()).toHaveLength(1);
}, 20_000);

test.each([
  [{ grant: 'password' }, 'mcpServers.tracker.oauth.grant'],
  [{ grant: 'client_credentials' }, 'client_credentials needs a client that the authorization server knows'],
  [{ issuer: 'id.studio.example' }, 'mcpServers.tracker.oauth.issuer'],
  [{ resource: 7 }, 'mcpServers.tracker.oauth.resource'],
  [{ callbackPort: 0 }, 'mcpServers.tracker.oauth.callbackPort'],
  [{ audienc: 'x' }, 'did you mean audience?'],
])(
  '%j is told of',
  async (oauth, words) => {
    await begin(oauth);
    const print = await lab.run(['config', 'print']);
    expect(print.stderr).toContain(words);
  },
  20_000,
);
