// What a server is started with, as it sees it: folder, variables, arguments; and which of its tools are offered.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { readGatewayConfig } from '../../src/config/reader/read-gateway-config.ts';
import { toUpstreamSettings } from '../../src/registry/config/upstream-settings.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { type ServedInProcess, serveInProcess } from '../fixtures/serve-in-process.ts';

/** Tells where it is and what it was given. */
const SERVER = `
import { createInterface } from 'node:readline';
const tools = ['tell', 'drop_all', 'drop_one'].map((name) => ({ name, inputSchema: { type: 'object' } }));
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) { return; }
  const { cwd, argv, env } = { cwd: process.cwd(), argv: process.argv.slice(2), env: process.env };
  const results = {
    initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'teller', version: '1' } },
    'tools/list': { tools },
    'tools/call': { content: [{ type: 'text', text: JSON.stringify({ cwd, argv, env }) }] },
    ping: {},
  };
  const result = results[method];
  const outcome = result === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...outcome }) + '\\n');
});
`;

const CERTIFICATES = {
  NODE_EXTRA_CA_CERTS: '/etc/none/ca.pem',
  SSL_CERT_FILE: '/etc/none/all.pem',
  SSL_CERT_DIR: '/etc/none',
};
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'server-environment-')));
let gateway: ServedInProcess;

beforeAll(async () => {
  mkdirSync(join(folder, 'sub'));
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'teller.mjs'), SERVER);
  writeFileSync(join(folder, 'sub', 'teller.mjs'), SERVER);
  writeFileSync(join(folder, 'etc', 'teller.env'), '# of the studio\nFROM_FILE="two words"\nBOTH=file\n');
  writeFileSync(join(folder, 'etc', 'secret'), 'hunter2\n');
  writeFileSync(
    join(folder, 'gateway.json'),
    JSON.stringify({
      mcpServers: {
        plain: { command: execPath, args: ['teller.mjs', '${UNSET_HERE:-fallback}', '~/x'] },
        placed: {
          command: execPath,
          args: ['teller.mjs'],
          cwd: 'sub',
          env: { BOTH: 'entry', DEFAULTED: '${UNSET_HERE:-fallback}' },
          envFile: 'etc/teller.env',
          envFiles: { SECRET: 'etc/secret' },
        },
        filtered: { command: execPath, args: ['teller.mjs'], excludeTools: ['drop_*'] },
        chosen: {
          command: execPath,
          args: ['teller.mjs'],
          includeTools: ['tell', 'drop_one'],
          excludeTools: ['drop_one'],
        },
        fileless: { command: execPath, args: ['teller.mjs'], envFile: 'etc/none.env' },
      },
    }),
  );
  // Jest gives each file its own copy.
  Object.assign(process.env, CERTIFICATES, { API_KEY: 'hunter2' });
  gateway = await serveInProcess(join(folder, 'gateway.json'));
  await gateway.ready();
}, 30_000);

afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly hits: readonly { readonly tool_slug: string }[];
  readonly output: unknown;
}

async function post(path: string, body: object): Promise<Answer> {
  const response = await fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}

async function slugsOf(dccType: string): Promise<readonly string[]> {
  const { hits } = await post('/v1/search', { query: '', dcc_type: dccType });
  return hits.map(({ tool_slug: slug }) => slug).toSorted();
}

async function told(dccType: string): Promise<{ cwd: string; argv: string[]; env: Record<string, string> }> {
  const slug = (await slugsOf(dccType)).find((each) => each.endsWith('.tell'));
  const { output } = await post('/v1/call', { tool_slug: slug, arguments: {} });
  const text = typeof output === 'string' ? output : JSON.stringify(output);
  return JSON.parse(text) as Awaited<ReturnType<typeof told>>;
}

test('without cwd a server works in the folder of the file, and arguments stay as they are but for references', async () => {
  expect(await told('plain')).toMatchObject({ cwd: folder, argv: ['fallback', '~/x'] });
});

test('a server finds the certificates that the gateway finds, and none of its other variables', async () => {
  const { env } = await told('plain');
  expect(env).toMatchObject(CERTIFICATES);
  expect(env).not.toHaveProperty('API_KEY');
});

test('cwd counts from the folder of the file; envFile fills in what env does not say', async () => {
  const { cwd, env } = await told('placed');
  expect(cwd).toBe(join(folder, 'sub'));
  expect(env).toMatchObject({ FROM_FILE: 'two words', BOTH: 'entry', DEFAULTED: 'fallback', SECRET: 'hunter2' });
});

test('a server whose envFile cannot be read is left out, and said', () => {
  expect(gateway.stderr()).toContain(
    `upstream fileless is left out: envFile names the file ${join(folder, 'etc', 'none.env')}, but there is no such file; ` +
      'correct the entry, or the file that it names',
  );
});

test.each([
  ['envFile', { command: 'x', envFile: '/no/file' }],
  ['envFiles.KEY', { command: 'x', envFiles: { KEY: '/no/file' } }],
  ['headerFiles.authorization', { url: 'http://h/mcp', headerFiles: { authorization: '/no/file' } }],
  ['oauth.clientSecretFile', { url: 'http://h/mcp', oauth: { clientId: 'c', clientSecretFile: '/no/file' } }],
])('%s that names no file is told with key, path and what to do', async (key, entry) => {
  const file = join(folder, 'fileless.json');
  writeFileSync(file, JSON.stringify({ mcpServers: { s: entry } }));
  const { stdout } = await runInProcess(['doctor', '--json', '--config', file]);
  expect(JSON.parse(stdout)).toMatchObject({
    problems: [
      {
        subject: 'mcpServers.s',
        cause: 'invalid_setting',
        message: `${key} names the file /no/file, but there is no such file`,
        action: 'correct the entry, or the file that it names',
      },
    ],
  });
});

test('a folder in the place of a file is told as what it is', () => {
  const [entry] = readGatewayConfig({}, { mcpServers: { s: { command: 'x', envFile: folder } } }).values.mcpServers;
  expect(() => toUpstreamSettings(entry!)).toThrow(`envFile names the file ${folder}, but it can't be read (EISDIR)`);
});

test('a percent sign in the user of a url is told as such', () => {
  const [entry] = readGatewayConfig({}, { mcpServers: { s: { url: 'http://a%zz:b@h/mcp' } } }).values.mcpServers;
  expect(() => toUpstreamSettings(entry!)).toThrow('url has a user or a password with a "%"');
});

test('tools that are filtered out are not found, and cannot be called', async () => {
  expect(await slugsOf('filtered')).toEqual([expect.stringMatching(/\.tell$/)]);
  expect(await slugsOf('chosen')).toEqual([expect.stringMatching(/\.tell$/)]);
  const [tell = ''] = await slugsOf('filtered');
  const answer = await post('/v1/call', { tool_slug: tell.replace(/tell$/, 'drop_all'), arguments: {} });
  expect(answer).toMatchObject({ error: { kind: 'unknown-slug' } });
});
