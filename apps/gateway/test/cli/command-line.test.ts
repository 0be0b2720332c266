// The commands and flags as a shell sees them: what is printed where, and the exit code.
import { afterEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { helpText } from '../../src/cli/help-text.ts';
import { gatewayConfigSchema } from '../../src/config/reference/schema.ts';
import { runCommand } from '../fixtures/run-command.ts';
import { startGateway } from '../fixtures/start-gateway.ts';

/** What the published command is built from: the module graph is that of the sources. */
const SOURCE = join(import.meta.dirname, '../../src/main.ts');
const cleanups: (() => unknown)[] = [];
/** As pino numbers it. */
const ERROR = 50;

const logLines = (stderr: string): readonly unknown[] =>
  stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) {
    await cleanup();
  }
});

function configFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  writeFileSync(file, text);
  return file;
}

/** A port that another program holds. */
async function heldPort(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('wrong usage is one line that says what to do', () => {
  test.each([
    ['--prot 1', 'there is no flag --prot; did you mean --port?'],
    ['--no-amdin', 'there is no flag --no-amdin; did you mean --no-admin?'],
    ['doctor --jsn', 'there is no flag --jsn; did you mean --json?'],
    ['-p 1', 'there is no flag -p; there are --config, --host, --port,'],
    ['--orgins', 'there is no flag --orgins; there are --config'],
    ['doctor -p 1', 'there is no flag -p; there are --config'],
    ['--port', '--port needs a value'],
    ['--port -1', '--port needs a value; one that begins with a dash is written --port=-'],
    ['--metrics=false', '--metrics takes no value; write --metrics alone'],
    ['--json', '--json belongs to doctor and config print'],
    [
      'start',
      "there is no command 'start'; there are serve, doctor, login, logout, token, config, approvals, calls, traces, workflows, stats",
    ],
    ['serve now', "serve takes flags only, not 'now'"],
    ['config', 'say config print or config schema'],
    ['docter', "there is no command 'docter'; did you mean doctor?"],
    ['sevre --port 1', "there is no command 'sevre'; did you mean serve?"],
    ['frobnicate --url U', "there is no command 'frobnicate'; there are serve, doctor,"],
    ['--port 1 cals --q ok', "there is no command 'cals'; did you mean calls?"],
    ['--url http://127.0.0.1:1 calls', 'the command comes before its flags: dcc-mcp-gateway calls …'],
    ['--json calls', 'the command comes before its flags: dcc-mcp-gateway calls …'],
    ['--port 1 token', 'the command comes before its flags: dcc-mcp-gateway token …'],
    ['docter --host', "there is no command 'docter'; did you mean doctor?"],
    ['--prot 1 doctor', 'there is no flag --prot; did you mean --port?'],
    ['--version extra', "there is no command 'extra'; there are serve, doctor"],
    ['version extra', "version takes flags only, not 'extra'"],
    ['serve extra -v', "serve takes flags only, not 'extra'"],
    ['help tokens', "there is no command 'tokens'; did you mean token?"],
    [
      'help nothing',
      "there is no command 'nothing'; there are serve, doctor, login, logout, token, config, approvals, calls, traces, workflows, stats",
    ],
    ['servers.json', "'servers.json' is no command; a configuration file is named by --config servers.json"],
    ['config show', 'say config print or config schema'],
  ])('%s', async (line, problem) => {
    const read = await parseCommandLine(line.split(' '));
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(problem) });
    expect(read.ok ? '' : read.message).toMatch(/^.* \(see dcc-mcp-gateway --help\)$/);
  });

  test('and ends with 2, with nothing on stdout', async () => {
    const { code, stdout, stderr } = await runCommand(['doctor', '--metrisc']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: there is no flag --metrisc; .*\n$/);
  });
});

describe('what cannot be had is one line, too', () => {
  test.each([
    [['--config', '/nowhere/gateway.yaml'], "/nowhere/gateway.yaml: it can't be read (ENOENT); correct --config"],
    [['--metrisc'], 'there is no flag --metrisc; did you mean --metrics?'],
    [['--port', '70000'], '--port: "70000" is out of range; expected a whole number from 0 to 65535'],
  ])('%j ends with 2, in a line of the log', async (args, line) => {
    const { code, stdout, stderr } = await runCommand(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(logLines(stderr)).toEqual([
      { level: ERROR, time: expect.any(Number), msg: expect.stringContaining(`error: ${line}`) },
    ]);
  });

  test('a port in use by another program ends with 1', async () => {
    const port = await heldPort();
    const { code, stdout, stderr } = await runCommand(['--port', String(port)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`the port 127.0.0.1:${port} is in use by another program; choose another one with --port`);
  });

  test('a port that a gateway holds ends with 0, saying where that one is', async () => {
    const gateway = await startGateway();
    cleanups.push(() => gateway.stop());
    const { code, stderr } = await runCommand(['--port', new URL(gateway.url).port]);
    expect(code).toBe(0);
    expect(stderr).toContain(`already runs on ${gateway.url}`);
  });
});

test.each(['22.14.1', '20.20.0'])('Node %s is told in one line to be too old', async (version) => {
  const versions = `{ ...process.versions, node: '${version}' }`;
  const preload = `data:text/javascript,Object.defineProperty(process, 'versions', { value: ${versions} })`;
  expect(await runCommand(['--port', '0'], { NODE_OPTIONS: `--import "${preload}"` })).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(
      `"msg":"error: dcc-mcp-gateway needs Node ≥ 22.15, and this is Node ${version}; install one from https://nodejs.org (npm start and npx in its repository bring their own)"}\n`,
    ),
  });
});

test.each([['--version'], ['-v'], ['version'], ['serve', '-v'], ['config', 'print', '-v']])(
  '%j says the version',
  async (...args) => {
    expect(await parseCommandLine(args)).toEqual({ ok: true, command: { name: 'version' } });
  },
);

describe('help', () => {
  test('and the version are on stdout', async () => {
    expect(await runCommand(['-v'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
    const help = await runCommand(['help']);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('--expose search|all');
  });

  test.each([
    ['--help', undefined],
    ['-h', undefined],
    ['help', undefined],
    ['help serve', 'serve'],
    ['serve --help', 'serve'],
    ['help doctor', 'doctor'],
    ['doctor --help', 'doctor'],
    ['doctor -h', 'doctor'],
    ['--port 1 doctor -h', 'doctor'],
    ['config --help', 'config'],
    ['config print -h', 'config'],
    ['help config schema', 'config'],
    ['help token', 'token'],
  ])('%s', async (line, topic) => {
    const command = { name: 'help', ...(topic === undefined ? {} : { topic }) };
    expect(await parseCommandLine(line.split(' '))).toEqual({ ok: true, command });
  });

  test.each(['serve', 'doctor', 'config', 'token', 'calls'] as const)('of %s fits 80 columns', (topic) => {
    expect(
      helpText(topic)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  test.each(['serve', 'doctor', 'config', 'token', 'calls'] as const)(
    'of %s has examples that are understood',
    async (topic) => {
      const examples = Array.from(helpText(topic).matchAll(/(?:^ {2}|\| )dcc-mcp-gateway ([^|\n]+)/gm), ([, args]) =>
        args!.trim().split(' '),
      );
      expect(examples.length).toBeGreaterThan(1);
      const read = await Promise.all(examples.map((args) => parseCommandLine(args)));
      expect(read.filter(({ ok }) => !ok)).toEqual([]);
    },
  );

  test('names every flag', () => {
    const flags = ['config', 'host', 'port', 'stdio', 'expose', 'metrics', 'no-admin', 'admin-path', 'wait'];
    expect(flags.filter((flag) => !helpText().includes(`--${flag} `))).toEqual([]);
  });

  test('of token is what token --help prints', async () => {
    const { stdout } = await runCommand(['token', '--help']);
    expect(stdout.trimEnd()).toBe(helpText('token'));
  });
});

test('config schema prints the schema that is published', async () => {
  const { code, stdout } = await runCommand(['config', 'schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(gatewayConfigSchema)));
});

describe('doctor ends with', () => {
  test('0 where nothing is wrong, and shows its copy of the API', async () => {
    const file = configFile('mcpServers: { later: { command: x, disabled: true } }');
    const { code, stdout, stderr } = await runCommand(['doctor', '--json', '--config', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as { problems: unknown[]; apiCopies: { version: string }[] };
    expect(report.problems).toEqual([]);
    expect(report.apiCopies.map(({ version }) => version)).toEqual([expect.stringMatching(/^1\.\d+\.\d+$/)]);
  });

  test('1 where a collector cannot be reached', async () => {
    const { code, stdout } = await runCommand(['doctor'], {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hunter2@127.0.0.1:9',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20hunter2',
    });
    expect(code).toBe(1);
    expect(stdout).toContain('[connection_refused]');
    expect(stdout).not.toContain('hunter2');
  });

  test('2 where the configuration cannot be used', async () => {
    const { code, stdout } = await runCommand(['doctor', '--json', '--config', configFile('server: [')]);
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as { problems: unknown[] }).problems).toHaveLength(1);
  });
});

test.each([
  ['info', 1],
  ['error', 0],
])('OTEL_LOG_LEVEL=%s decides about the line that an exporter fails', async (level, lines) => {
  const gateway = await startGateway({
    env: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics', OTEL_LOG_LEVEL: level },
  });
  await gateway.stop();
  expect(gateway.stderr().match(/connection_refused/g) ?? []).toHaveLength(lines);
});

test.each(['--version', '--help'])('%s loads neither the gateway nor a dependency', async (flag) => {
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
    process.argv = [process.execPath, 'main.ts', ${JSON.stringify(flag)}];
    process.on('exit', () => process.stderr.write(loaded.filter((url) => url.startsWith('file:')).join('\\n')));
    await import(${JSON.stringify(pathToFileURL(SOURCE).href)});`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 20_000,
  });
  const files = stderr.split('\n').map((url) => url.replace(/^.*\/src\//, ''));
  expect(files.toSorted()).toEqual([
    'cli/command-line.ts',
    ...(flag === '--help' ? ['cli/help-text.ts', 'cli/history/commands/history-help.ts'] : []),
    'cli/history/commands/history-verbs.ts',
    'config/load/original-stack.ts',
    'config/load/version.ts',
    'main.ts',
    'protocol/json-rpc.ts',
    'protocol/json/json.ts',
    'protocol/printable-text.ts',
  ]);
});
