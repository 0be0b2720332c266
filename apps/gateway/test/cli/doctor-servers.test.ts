// The doctor starts each configured server once: it tells its tools, or the one cause and what to do; nothing stays behind.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { explainHttp } from '../../src/cli/doctor/explain-http.ts';
import type { GatewayReport } from '../../src/cli/doctor/report.ts';
import { unreachable } from '../../src/upstream/hop/failures.ts';
import { type BrokenServers, startBrokenServers } from '../fixtures/broken-servers.ts';
import { isAlive } from '../fixtures/is-alive.ts';
import { type PlainServer, startPlainServer } from '../fixtures/plain-server.ts';
import { runCommand } from '../fixtures/run-command.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
const FAKE = join(import.meta.dirname, '../upstream/fixtures/fake-stdio.ts');
const DOCTOR = { serverTimeoutMillis: 3_000 };
let files = 0;
let broken: BrokenServers;
let plain: PlainServer;

beforeAll(async () => {
  broken = await startBrokenServers();
  plain = await startPlainServer({ tools: ['read_scene', 'bake'] });
});

afterAll(() => {
  broken.close();
  plain.server.close();
  plain.server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

function configFile(mcpServers: object): string {
  files += 1;
  const file = join(folder, `${files}.json`);
  writeFileSync(file, JSON.stringify({ mcpServers }));
  return file;
}

async function examine(mcpServers: object, env: Readonly<Record<string, string>> = {}): Promise<GatewayReport> {
  const { stdout, code } = await runInProcess(['doctor', '--json', '--config', configFile(mcpServers)], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    doctor: DOCTOR,
  });
  const report = JSON.parse(stdout) as GatewayReport;
  expect(code).toBe(report.exitCode);
  return report;
}

/** The URL of a proxy that answers every wish with `status`. */
async function startProxy(status: number): Promise<string> {
  const server = createServer((socket) => socket.once('data', () => socket.end(`HTTP/1.1 ${status} No\r\n\r\n`)));
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a server that works', () => {
  const fake = { command: execPath, args: ['--disable-warning=ExperimentalWarning', FAKE] };

  test('is told with its tools, era, version and time, lazy or not; a disabled one is not started', async () => {
    const { servers, problems, exitCode } = await examine({
      modern: { ...fake, args: [...fake.args, 'modern'], lazy: true },
      talkative: { ...fake, env: { FAKE_QUIRK: 'banner' } },
      http: { url: plain.url },
      off: { command: 'no-such-command', disabled: true },
    });
    expect({ problems, exitCode }).toEqual({ problems: [], exitCode: 0 });
    expect(servers).toMatchObject([
      { name: 'modern', outcome: 'ok', era: 'modern', protocolVersion: '2026-07-28', isLazy: true },
      { name: 'talkative', outcome: 'ok', era: 'legacy', note: expect.stringContaining('Welcome to the fake server') },
      { name: 'http', outcome: 'ok', tools: 2, protocolVersion: '2025-11-25', server: 'plain 1' },
      { name: 'off', outcome: 'disabled' },
    ]);
    expect(servers.map(({ tools = 0 }) => tools > 0)).toEqual([true, true, true, false]);
    expect(servers.map(({ durationMillis }) => typeof durationMillis)).toEqual([
      'number',
      'number',
      'number',
      'undefined',
    ]);
  });
});

/** By what is wrong with a server: the cause, a piece of the message, a piece of what to do. */
const CAUSES: Readonly<Record<string, readonly [cause: string, message: string, action: string]>> = {
  'no-command': ['command_not_found', 'command not found: no-such-command', 'write its full path'],
  'whole-line': ['command_not_found', 'npx -y some-server', 'write npx alone as command'],
  'no-folder': ['folder_not_found', 'no such folder: /nowhere', 'correct cwd'],
  'not-executable': ['not_executable', '/etc/passwd', 'chmod +x'],
  ends: ['exited', 'exited with code 3', 'check args'],
  'wants-variable': [
    'missing_variable',
    'STUDIO_TOKEN environment variable is required',
    'set STUDIO_TOKEN in its env',
  ],
  tilde: ['exited', 'Cannot find module', 'no shell reads ~/server.js in args: write ${HOME}/server.js'],
  'no-module': ['exited', "Cannot find module '/nowhere/server.js'", 'correct the path'],
  hangs: ['timeout', 'no answer to initialize within 3 s; it wrote nothing', 'run it by hand'],
  'serves-http': ['timeout', 'listening on http://localhost:3000/mcp', 'write url: http://localhost:3000/mcp'],
  prints: ['stdout_not_mcp', 'hello', 'flag'],
  'speaks-lsp': ['stdout_not_mcp', 'Content-Length', 'LSP'],
  'wants-token': ['unauthorized', '401: no token', 'headers: { Authorization'],
  forbids: ['forbidden', '403', 'credentials'],
  'nothing-there': ['wrong_path', '/mcp (HTTP 404)', 'path'],
  'web-page': ['not_mcp', 'text/html', 'something else'],
  'other-api': ['not_mcp', 'JSON that is no MCP', 'something else'],
  redirects: ['redirect', 'https://login.example/', 'URL that it redirects to'],
  'proxy-alone': ['server_error', '502', 'start what is behind it'],
  refuses: ['wrong_protocol', 'Unsupported protocol version', 'version of the server'],
  'no-list': ['tools_list', 'no database', "server's own log"],
  'old-sse': ['sse_only', '2024-11-05', 'mcp-remote'],
  elsewhere: ['wrong_path', 'no MCP at /', '/mcp'],
  silent: ['timeout', 'did not answer within 3 s', 'hangs'],
  'tls-to-plain': ['tls', 'plain HTTP', 'http://'],
  'plain-to-tls': ['tls', 'speaks TLS', 'https://'],
  'own-certificate': ['tls', 'certificate', 'NODE_EXTRA_CA_CERTS'],
  'other-protocol': ['not_mcp', 'it closes every connection', 'something else'],
  'no-one': ['connection_refused', '127.0.0.1:9', 'start the server'],
  'no-host': ['dns', 'no-such-host.invalid', 'host'],
  'no-secret-file': ['invalid_setting', '/nowhere/token', 'correct'],
};

describe('a server that cannot be used', () => {
  let report: GatewayReport;

  beforeAll(async () => {
    report = await examine(broken.mcpServers);
  }, 60_000);

  test('makes the doctor end with 1, and is one problem', () => {
    expect(report.exitCode).toBe(1);
    const subjects = report.problems.map(({ subject }) => subject);
    expect(subjects.toSorted()).toEqual(
      Object.keys(broken.mcpServers)
        .map((name) => `mcpServers.${name}`)
        .toSorted(),
    );
    expect(Object.keys(CAUSES).toSorted()).toEqual(Object.keys(broken.mcpServers).toSorted());
  });

  test.each(Object.keys(CAUSES))('%s: the one cause in one line, and what to do', (name) => {
    const [cause = '', message = '', action = ''] = CAUSES[name] ?? [];
    const problem = report.servers.find((server) => server.name === name)?.problem;
    expect(problem).toEqual({
      cause,
      subject: `mcpServers.${name}`,
      message: expect.stringContaining(message),
      action: expect.stringContaining(action),
    });
    expect(`${problem?.message}${problem?.action}`).not.toMatch(/[\r\n]/);
  });

  test('is run by hand with all of its arguments but what may be secret', async () => {
    const script = join(folder, 'waits.mjs');
    writeFileSync(script, 'setInterval(() => {}, 1e5);');
    const args = ['--no-warnings', script, '-y', '.', './my scenes', 'serve', '--token', 'abc', 'DB=x', 'Sup3r$ecret'];
    const { problems } = await examine({ waits: { command: execPath, args } });
    expect(problems[0]?.action).toContain(
      `${execPath} --no-warnings ${script} -y . './my scenes' serve --token … DB=… …)`,
    );
  });

  test('has its own last words, its secrets masked', async () => {
    const { problems } = await examine({
      keyed: {
        command: execPath,
        args: ['-e', 'console.error("bad key " + process.env.API_KEY); process.exit(1)'],
        env: { API_KEY: 'hunter2hunter2' },
      },
    });
    expect(problems).toMatchObject([{ message: 'exited with code 1: bad key ***' }]);
  });
});

describe('a proxy that fails is the cause, not the server behind it:', () => {
  const action407 = 'write user and password into HTTPS_PROXY';
  test.each([
    [
      'is not there',
      () => 'http://127.0.0.1:1',
      'can not be reached: connection refused',
      'start the proxy or correct',
    ],
    ['wants a password', () => startProxy(407), 'answered 407, it wants a user and password', action407],
    ['denies the host', () => startProxy(403), 'answered 403', 'let maya.example pass the proxy'],
    ['is no URL', () => 'http://[', 'HTTPS_PROXY names no proxy', 'correct HTTPS_PROXY'],
  ])('one that %s', async (_, proxy, message, action) => {
    const { problems } = await examine({ far: { url: 'https://maya.example/mcp' } }, { HTTPS_PROXY: await proxy() });
    expect(problems).toEqual([
      {
        subject: 'mcpServers.far',
        cause: 'proxy',
        message: expect.stringContaining(message),
        action: expect.stringContaining(action),
      },
    ]);
  });
});

test('a refusal that may be of the proxy names it', async () => {
  const { problems } = await examine(
    { far: { url: 'http://maya.example/mcp' } },
    { HTTP_PROXY: await startProxy(403) },
  );
  expect(problems).toMatchObject([
    {
      cause: 'forbidden',
      message: expect.stringMatching(/^it answered with HTTP 403 \(or its proxy did, HTTP_PROXY: http:\/\/127/),
      action: expect.stringContaining('; or let maya.example pass the proxy, or name it in NO_PROXY'),
    },
  ]);
});

test('a handshake that ended before the doctor lost its patience is late, too', async () => {
  const { url } = broken.mcpServers['silent'] as { readonly url: string };
  const { failure } = unreachable('No answer within 15000 ms');
  const explained = await explainHttp({ type: 'http', url, headers: {} }, { failure, timeoutMillis: 30_000 });
  expect(explained).toEqual({
    cause: 'timeout',
    message: `${new URL(url).host} takes the connection and did not answer within 15 s`,
    action: expect.stringContaining('see whether the server hangs'),
  });
}, 20_000);

test('nothing that was started stays behind, however deaf it is', async () => {
  const pids = join(folder, 'pids');
  const code = `
    const { appendFileSync } = require('node:fs'); const { spawn } = require('node:child_process');
    process.on('SIGTERM', () => {});
    const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e5)']);
    appendFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid + ' '); setInterval(() => {}, 1e5)`;
  await examine({ deaf: { command: execPath, args: ['-e', code] } });
  const started = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
  expect(started.length).toBeGreaterThan(1);
  expect(started.filter(isAlive)).toEqual([]);
}, 30_000);

test('servers are tried at the same time', async () => {
  const silent = Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [`s${index}`, broken.mcpServers['silent']]),
  );
  const started = performance.now();
  const { problems } = await examine(silent);
  expect(problems).toHaveLength(6);
  expect(performance.now() - started).toBeLessThan(3 * 6_000);
}, 30_000);

describe('without a server', () => {
  test('that is the problem, with an example to write', async () => {
    const { code, stdout } = await runInProcess(['doctor', '--json']);
    expect(code).toBe(1);
    const { problems } = JSON.parse(stdout) as GatewayReport;
    expect(problems).toMatchObject([{ cause: 'no_servers', subject: 'mcpServers' }]);
    const example = /\{.*\}/.exec(problems[0]?.action ?? '')?.[0] ?? '';
    const written = join(folder, 'example.json');
    writeFileSync(written, example);
    const printed = await runInProcess(['config', 'print', '--json', '--config', written]);
    expect(JSON.parse(printed.stdout)).toMatchObject({ mcpServers: { files: { command: 'npx' } } });
  });

  test('that is not told where the file is what is wrong', async () => {
    const { code, stdout } = await runInProcess(['doctor', '--json', '--config', '/nowhere.yaml']);
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as GatewayReport).problems).toHaveLength(1);
  });
});

test('the text fits into 80 columns, as far as its words do', async () => {
  const {
    'no-one': one,
    'wants-variable': wants,
    'web-page': web,
    'old-sse': sse,
    'no-folder': folderless,
  } = broken.mcpServers;
  const file = configFile({ 'no-one': one, 'wants-variable': wants, web, sse, folderless });
  const { stdout } = await runInProcess(['doctor', '--config', file], { doctor: DOCTOR });
  const tooLong = stdout.split('\n').filter((line) => line.length > 80 && line.trim().split(' ').length > 2);
  expect(tooLong).toEqual([]);
  expect(stdout).toContain('  failed    no-one          connection_refused, http http://127.0.0.1:9/mcp');
  expect(stdout).toMatch(
    /mcpServers\.no-one: nothing listens on 127\.0\.0\.1:9 \[connection_refused\]\n {6}→ start the server/,
  );
}, 60_000);

test('the command itself says it, and ends', async () => {
  const { code, stdout, stderr } = await runCommand(['doctor', '--config', configFile({ web: { url: plain.url } })]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/ok {8}web {2}2 tools, MCP 2025-11-25 \(legacy\)/);
});
