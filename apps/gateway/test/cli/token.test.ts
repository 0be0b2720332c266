// Tokens for /metrics: made and checked from the command line, with clear answers and only the token on stdout.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helpText } from '../../src/cli/help-text.ts';
import { runCommand } from '../fixtures/run-command.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';

const SECRET = 'a secret of more than thirty-two bytes';
const folder = mkdtempSync(join(tmpdir(), 'token-'));

afterAll(() => rmSync(folder, { recursive: true }));

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+\n$/;

async function create(...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(['token', 'create', '--username', 'prom', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(JWT);
  return stdout.trim();
}

const signed = (...flags: readonly string[]): Promise<string> => create('--secret', SECRET, ...flags);

/** A token that says what it likes; its signature is that of nothing. */
function forged(header: object, claims: object): string {
  const parts = [header, claims].map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  return `${parts.join('.')}.`;
}

/** A token with the secret, that says what it likes of its times. */
function timed(claims: object): string {
  const body = forged({ alg: 'HS256', typ: 'JWT' }, { sub: 'prom', aud: 'prometheus', iss: 'studio', ...claims });
  const head = body.slice(0, -1);
  return `${head}.${createHmac('sha256', SECRET).update(head).digest('base64url')}`;
}

describe('create', () => {
  test.each([
    ['short', 5],
    ['x'.repeat(31), 31],
    ['ü'.repeat(15), 30],
  ])('warns of the secret %s, which has %i bytes, and makes the token all the same', async (secret, bytes) => {
    const { code, stdout, stderr } = await runInProcess(['token', 'create', '--username', 'prom', '--secret', secret]);
    expect(code).toBe(0);
    expect(stdout).toMatch(JWT);
    expect(stderr).toContain(`warning: the secret has ${bytes} bytes, and HS256 wants at least 32`);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test.each([['x'.repeat(32)], ['ü'.repeat(16)]])('says nothing of the secret %s', async (secret) => {
    expect(await create('--secret', secret)).not.toBe('');
  });

  test('counts the key of a JWK, not its text', async () => {
    const file = join(folder, 'oct.json');
    writeFileSync(file, JSON.stringify({ kty: 'oct', k: Buffer.from('short').toString('base64url') }));
    const { stderr } = await runInProcess(['token', 'create', '--username', 'prom', '--secret-file', file]);
    expect(stderr).toContain('the secret has 5 bytes');
  });

  test('warns of a token that never expires', async () => {
    const args = ['token', 'create', '--username', 'prom', '--secret', SECRET, '--exp', '0'];
    const { code, stdout, stderr } = await runInProcess(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(JWT);
    expect(stderr).toContain('warning: this token never expires');
  });

  test.each([
    [['--exp', ''], 'the expiry must be a number of minutes'],
    [['--exp', 'soon'], 'the expiry must be a number of minutes'],
    [['--algo', 'HS512'], '--algo must be one of HS256, RS256, ES256, EdDSA'],
    [['--algo', 'ES256'], 'the secret is no key that can sign with ES256'],
    [['--secret-file', '/nowhere', '--secret'], '--secret needs a value'],
    [['extra'], 'token create takes no extra'],
    [['--token', 'x'], 'token create takes no --token'],
    [['--usrname', 'x'], 'there is no flag --usrname; did you mean --username?'],
  ])('%j is wrong usage', async (flags, problem) => {
    const { code, stdout, stderr } = await runInProcess([
      'token',
      'create',
      '--username',
      'prom',
      '--secret',
      SECRET,
      ...flags,
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${problem}`);
  });

  test('without a secret it says where one may be', async () => {
    const { code, stderr } = await runInProcess(['token', 'create', '--username', 'prom']);
    expect(code).toBe(2);
    expect(stderr).toContain('no secret: give --secret, --secret-file or DCC_MCP_METRICS_JWT_SECRET');
  });
});

describe('verify takes the token', () => {
  test('in every way', async () => {
    const token = await signed();
    const ways = [
      { flags: [token] },
      { flags: ['--token', token] },
      { flags: [`--token=${token}`] },
      { flags: [], stdin: `${token}\n` },
      { flags: ['-'], stdin: token },
      { flags: ['--token', `Bearer ${token}`] },
    ];
    for (const { flags, stdin = '' } of ways) {
      const end = await runInProcess(['token', 'verify', ...flags, '--secret', SECRET], { stdin });
      expect(end).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(end.stdout)).toMatchObject({ sub: 'prom' });
    }
  });

  test('once', async () => {
    const end = await runInProcess(['token', 'verify', 'a', '--token', 'b', '--secret', SECRET]);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect((await runInProcess(['token', 'verify', '--secret', SECRET])).stderr).toContain('there is no token');
  });
});

describe('verify says why a token is not valid, and ends with 1', () => {
  const now = Math.floor(Date.now() / 1000);

  test.each([
    ['garbage', async () => 'garbage', 'this is no JSON Web Token: it is not three parts'],
    ['a wrong secret', () => create('--secret', `another ${SECRET}`), 'another secret signed it'],
    [
      'another audience',
      () => signed('--iss', 'studio', '--aud', 'grafana'),
      'aud must be "prometheus", and it has "grafana"',
    ],
    ['no audience', () => signed('--iss', 'studio'), 'aud must be "prometheus", and it has none'],
    ['another issuer', () => signed('--aud', 'prometheus', '--iss', 'x'), 'iss must be "studio", and it has "x"'],
    ['alg none', async () => forged({ alg: 'none' }, { sub: 'prom' }), 'the token is not signed (alg none)'],
    ['an unknown alg', async () => `${forged({ alg: 'HS1' }, {})}eA`, 'it says alg "HS1"'],
    ['an expired one', async () => timed({ exp: now - 7_200 }), /the token has expired: .*Z, 2 hours ago/],
    ['one of tomorrow', async () => timed({ nbf: now + 90_000 }), /the token is not valid yet: .*Z, in 2[45] hours/],
  ])('%s', async (_name, make, problem) => {
    const flags = ['--secret', SECRET, '--aud', 'prometheus', '--iss', 'studio'];
    const { code, stdout, stderr } = await runInProcess(['token', 'verify', await make(), ...flags]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^invalid: .*\n$/);
    expect(stderr).toMatch(problem);
  });
});

test('what is configured for the gateway counts for its tokens: secret, audience and issuer', async () => {
  const file = join(folder, 'gateway.yaml');
  writeFileSync(join(folder, 'jwt.secret'), `${SECRET}\n`);
  writeFileSync(file, 'metrics: { jwt: { secretFile: jwt.secret, audience: prometheus, issuer: studio } }');
  const made = await runInProcess(['token', 'create', '--username', 'prom', '--config', file]);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const token = made.stdout.trim();
  const byFlags = ['--secret', SECRET, '--aud', 'prometheus', '--iss', 'studio'];
  expect(await runInProcess(['token', 'verify', token, ...byFlags])).toMatchObject({ code: 0 });
  const checked = await runInProcess(['token', 'verify', '--config', file], { stdin: await signed('--iss', 'studio') });
  expect(checked).toMatchObject({ code: 1, stderr: expect.stringContaining('aud must be "prometheus"') });
  const env = { DCC_MCP_CONFIG: file };
  expect(await runInProcess(['token', 'verify', token], { env })).toMatchObject({ code: 0 });
  const none = await runInProcess(['token', 'verify', token, '--config', '/nowhere.yaml']);
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("/nowhere.yaml: it can't be read") });
});

describe('a token of create opens', () => {
  const password = 'of-the-gateway-itself-and-not-of-its-metrics';
  let gateway: RunningGateway;

  beforeAll(async () => {
    const metrics = { enabled: true, jwt: { secret: SECRET } };
    gateway = await startGateway({ config: { mcpServers: {}, metrics, auth: { tokens: [{ token: password }] } } });
  });

  afterAll(() => gateway?.stop());

  async function statusOf(path: string, token: string): Promise<number> {
    const answer = await fetch(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });
    await answer.body?.cancel();
    return answer.status;
  }

  test.each([
    ['/metrics', 200, 401],
    ['/v1/instances', 401, 200],
    ['/v1/debug/calls', 401, 200],
    ['/admin/api/calls', 401, 200],
  ])('%s: %i, and %i with a token of the gateway', async (path, ofCreate, ofGateway) => {
    expect([await statusOf(path, await signed()), await statusOf(path, password)]).toEqual([ofCreate, ofGateway]);
  });

  test('what its help says', () => {
    expect(helpText('token')).toMatch(/for \/metrics and open nothing else: .*\n.*DCC_MCP_AUTH_TOKEN/);
  });
});

test('the command itself writes the token alone', async () => {
  const made = await runCommand(['token', 'create', '--username', 'prom'], { JWT_SECRET_KEY: 'short' });
  expect(made).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(JWT),
    stderr: expect.stringContaining('5 bytes'),
  });
});
