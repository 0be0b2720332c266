// Upstreams that are called with the token of a client: nobody logs in.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuthorizationServer, MACHINE, startAuthorizationServer } from '../fixtures/authorization-server.ts';
import { startPlainServer } from '../fixtures/plain-server.ts';
import { type ProtectedServer, startProtectedServer } from '../fixtures/protected-server.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { createLab, isReady, type OauthLab, oauthRefreshes, untilRow, whoami } from './oauth-lab.ts';

let lab: OauthLab;
let issuer: AuthorizationServer;
let server: ProtectedServer;

const MACHINE_OAUTH = { grant: 'client_credentials', clientId: MACHINE.client_id };

async function begin(oauth: object, options: Parameters<typeof startAuthorizationServer>[0] = {}): Promise<void> {
  issuer = await startAuthorizationServer(options);
  server = await startProtectedServer(issuer);
  lab.configure({ mcpServers: { tracker: { url: server.url, oauth } }, metrics: { enabled: true } });
}

beforeEach(() => {
  lab = createLab();
});

afterEach(async () => {
  await lab.stop();
  issuer.stop();
  server.stop();
});

test('a client gets its token by itself, with a secret from a file, and keeps it nowhere', async () => {
  const clientSecretFile = join(lab.folder, 'secret');
  writeFileSync(clientSecretFile, `${MACHINE.client_secret}\n`);
  await begin({ ...MACHINE_OAUTH, clientSecretFile });
  const gateway = await lab.serve();
  await untilRow(gateway, { server: 'tracker', is: isReady });
  expect(await whoami(gateway, { server: 'tracker' })).toMatchObject({
    status: 200,
    output: 'machine in session-of-machine',
  });
  expect(lab.tokenFiles()).toEqual([]);
  expect(issuer.grants).toEqual(['client_credentials']);
}, 30_000);

test('the next token is asked for ahead, and counted', async () => {
  await begin({ ...MACHINE_OAUTH, clientSecret: MACHINE.client_secret }, { tokenSeconds: 3 });
  const gateway = await lab.serve();
  await untilRow(gateway, { server: 'tracker', is: isReady });
  await until(async () => (await oauthRefreshes(gateway))['success']! >= 1, 8_000);
  expect(server.refusals).toBe(0);
  expect(await whoami(gateway, { server: 'tracker' })).toMatchObject({ status: 200 });
}, 30_000);

test('a wrong secret is said, without the secret', async () => {
  await begin({ ...MACHINE_OAUTH, clientSecret: 'a-secret-that-is-wrong' });
  const gateway = await lab.serve();
  const row = await untilRow(gateway, { server: 'tracker', is: (each) => each['last_error'] !== undefined });
  expect(row['last_error']).toBe('no token (the authorization server answered invalid_client)');
  const print = await lab.run(['config', 'print', '--json']);
  expect([gateway.stderr(), JSON.stringify(row), print.stdout].join('\n')).not.toContain('a-secret-that-is-wrong');
}, 30_000);

test('an authorization server that is not there yet is waited for', async () => {
  await begin({ ...MACHINE_OAUTH, clientSecret: MACHINE.client_secret });
  issuer.setBroken(true);
  const gateway = await lab.serve();
  await untilRow(gateway, { server: 'tracker', is: (each) => String(each['last_error']).startsWith('no token (') });
  issuer.setBroken(false);
  expect(await untilRow(gateway, { server: 'tracker', is: isReady, millis: 12_000 })).toMatchObject({
    status: 'ready',
  });
}, 30_000);

test('a server that wants no token works with oauth: {} as well', async () => {
  issuer = await startAuthorizationServer();
  server = await startProtectedServer(issuer);
  const plain = await startPlainServer({ tools: ['read_it'] });
  lab.configure({ mcpServers: { tracker: { url: plain.url, oauth: {} } } });
  const gateway = await lab.serve();
  expect(await untilRow(gateway, { server: 'tracker', is: isReady })).toMatchObject({ status: 'ready' });
  plain.server.closeAllConnections();
  plain.server.close();
}, 30_000);
