// A whole command line in `command` is a mistake that people make: nobody shows the secrets that stand in it.
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfiguration } from '../../src/config/load/load-configuration.ts';
import { secretStart } from '../../src/protocol/shown/secret-words.ts';
import { shownCommand, shownProgram } from '../../src/protocol/shown/shown-command.ts';
import { secretMask } from '../../src/upstream/stdio/secret-mask.ts';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

const KEY = '9f86d081884c7d659a2feaa0c55ad015';
/** What is written, and what people see of it in messages. */
const LINES: readonly (readonly [command: string, shown: string])[] = [
  ['node server.js --token ARGSECRET1234', 'node server.js --token …'],
  ['node server.js --token=ARGSECRET1234 --port 1', 'node server.js --token=…'],
  ['node server.js --token "ARGSECRET1234 and more"', 'node server.js --token …'],
  ["node server.js --token 'open ARGSECRET1234 more", 'node server.js --token …'],
  ['API_KEY=ARGSECRET1234 node server.js', 'API_KEY=…'],
  ['STUDIO="ARGSECRET1234 more" node server.js', 'STUDIO=…'],
  ['npx -y mcp-remote https://h/mcp?k=ARGSECRET1234', 'npx -y mcp-remote …'],
  [`npx -y mcp-remote https://h/s/${KEY}/mcp`, 'npx -y mcp-remote …'],
  ['npx -y mcp-remote x --header Authorization: Bearer ARGSECRET1234', 'npx -y mcp-remote x --header …'],
  ['docker run -e API_KEY=ARGSECRET1234 image', 'docker run -e …'],
  [`node server.js ${KEY}`, 'node server.js …'],
  ['/usr/bin/node /srv/server.js --api-key ARGSECRET1234', '/usr/bin/node /srv/server.js --api-key …'],
  ['node\tserver.js\t--password\tARGSECRET1234', 'node server.js --password …'],
];
const SECRETS = new RegExp(`ARGSECRET1234|${KEY}`);

const folder = mkdtempSync(join(tmpdir(), 'shown-commands-'));
let gateway: RunningGateway | undefined;

afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

afterAll(() => rmSync(folder, { recursive: true }));

function writeFile(mcpServers: object): string {
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify({ mcpServers }));
  return file;
}

const mcpServers = Object.fromEntries(LINES.map(([command], index) => [`s${index}`, { command }]));

test.each(LINES)('of %s people see %s', (command, shown) => {
  expect(shownCommand(command)).toBe(shown);
});

test.each([
  ['node', 'node'],
  ['/opt/My Big App/bin/server', 'server'],
  [String.raw`C:\Program Files (x86)\nodejs\node.exe`, 'node.exe'],
  ['/Applications/Blender 4.2.app/Contents/MacOS/Blender', 'Blender'],
  ["/home/o'brien/My Tools/run", 'run'],
  ['~/bin/server', 'server'],
  ['npx -y @scope/server serve --port 8080', 'npx -y @scope/server serve --port 8080'],
])('%s stays readable, and is %s for short', (command, short) => {
  expect([shownCommand(command), shownProgram(command)]).toEqual([command, short]);
});

describe('config print', () => {
  test.each([[[]], [['--json']], [['--json', '--origins']]])('refers to what is secret %j', async (flags) => {
    const { stdout, stderr } = await runInProcess([
      'config',
      'print',
      '--config',
      writeFile({
        ...mcpServers,
        shell: { command: 'sh', args: ['-c', 'node server.js --token ARGSECRET1234'] },
      }),
      ...flags,
    ]);
    expect(stdout).toContain('node server.js --token ${SECRET_S0_COMMAND}');
    expect(stdout).toContain('${SECRET_SHELL_ARGS_1}');
    expect(stdout + stderr).not.toMatch(SECRETS);
  });

  test('can be fed back', async () => {
    const before = writeFile(mcpServers);
    const { stdout } = await runInProcess(['config', 'print', '--config', before]);
    const after = join(folder, 'printed.yaml');
    writeFileSync(after, stdout);
    const env = Object.fromEntries(
      LINES.map(([command], index) => [`SECRET_S${index}_COMMAND`, command.slice(secretStart(command))]),
    );
    const commandsOf = (configFile: string): readonly unknown[] =>
      loadConfiguration({ env, configFile }).values.mcpServers.map(({ transport }) =>
        Reflect.get(transport, 'command'),
      );
    expect(commandsOf(after)).toEqual(commandsOf(before));
  });

  test('keeps the reference that the file has', async () => {
    const file = writeFile({ a: { command: 'node server.js --token ${TOKEN}' } });
    const { stdout } = await runInProcess(['config', 'print', '--config', file], { env: { TOKEN: 'ARGSECRET1234' } });
    expect(stdout).toContain('node server.js --token ${TOKEN}');
    expect(stdout).not.toContain('SECRET_A');
  });
});

test.each([[[]], [['--json']]])('the doctor says the mistake without the secret %j', async (flags) => {
  const { stdout, stderr, code } = await runInProcess(['doctor', '--config', writeFile(mcpServers), ...flags], {
    env: { PATH: process.env['PATH'] ?? '' },
  });
  expect(code).toBe(1);
  const text = stdout.replaceAll(/\s+/g, ' ');
  expect(text).toContain('command not found: node server.js --token …');
  expect(text).toContain('write node alone as command, and the words behind it as a list in args');
  expect(text).toContain('write the variables into env, the program alone as command');
  expect(stdout + stderr).not.toMatch(SECRETS);
});

test('the gateway shows it on no route and in no line', async () => {
  gateway = await startGateway({ config: { mcpServers } });
  const { url, stderr } = gateway;
  await until(() => stderr().match(/is unreachable/g)?.length === LINES.length);
  expect(stderr()).toContain('command not found: node server.js --token …');
  const pages = await Promise.all(
    ['/', '/v1/instances', '/v1/debug/instances', '/v1/debug/activity', '/v1/debug/health'].map(async (path) =>
      (await fetch(url + path)).text(),
    ),
  );
  expect(pages[2]).toContain('"command":"node server.js --token …"');
  expect(pages.join('\n') + stderr()).not.toMatch(SECRETS);
});

test('what a child writes of the line of its shell is masked', () => {
  const mask = secretMask({ command: 'sh', args: ['-c', 'node server.js --token ARGSECRET1234'], env: {} });
  expect(mask('bad token ARGSECRET1234')).toBe('bad token ***');
});
