// What a person sees at a terminal when the gateway starts.
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { columnsOf } from '../../src/cli/banner/text-columns.ts';
import { typedCommand } from '../../src/cli/banner/typed-command.ts';
import { runInTerminal } from '../fixtures/in-terminal.ts';
import { serveInProcess, type ServedInProcess, type ServeInProcessOptions } from '../fixtures/serve-in-process.ts';
import { instancesAt } from '../oauth/oauth-lab.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'banner-'));
const configFile = join(folder, 'gateway.json');
const running: ServedInProcess[] = [];
const fake = { command: process.execPath, args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO] };
const nowhere = { command: 'no-such-command-anywhere' };
const hanging = { command: process.execPath, args: ['-e', 'setTimeout(() => {}, 60_000)'] };
const LAST = 'Ctrl-C ends the gateway.';

const write = (config: object): void => writeFileSync(configFile, JSON.stringify(config));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

afterEach(async () => {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
});

async function start(config: object, options: ServeInProcessOptions = {}): Promise<ServedInProcess> {
  write(config);
  const gateway = await serveInProcess(configFile, { columns: 80, ...options });
  running.push(gateway);
  return gateway;
}

/** What is shown, once it holds `text`, behind `before` where that is given. */
async function shownWith({ stderr }: ServedInProcess, text: string, before = ''): Promise<string> {
  const shown = (): string => stderr().slice(stderr().indexOf(before));
  for (const deadline = Date.now() + 15_000; !shown().includes(text) && Date.now() < deadline;) {
    await wait(20);
  }
  expect(shown()).toContain(text);
  return stderr();
}

const lineOf = (shown: string, name: string): string | undefined =>
  shown.split('\n').find((line) => line.includes(`${name} `));

describe('at a terminal', () => {
  test('servers stand below each other, each with its state and what there is to know of it', async () => {
    const dying = { command: process.execPath, args: ['-e', 'console.error("no licence"); process.exit(3)'] };
    const mcpServers = {
      echo: fake,
      broken: dying,
      'longer-name': { ...fake, lazy: true },
      off: { ...fake, disabled: true },
    };
    const shown = await shownWith(await start({ mcpServers }), LAST);
    expect(lineOf(shown, 'echo')).toMatch(/^ {2}echo {9}ready · \d+ tools · \d+\.\d s$/);
    expect(lineOf(shown, 'broken')).toBe('  broken       failed · exited with code 3: no licence');
    expect(lineOf(shown, 'longer-name')).toBe('  longer-name  lazy · starts at its first use');
    expect(shown.split('\n')).toContain('  off          disabled');
    expect(shown).toMatch(/^ {2}1 of 2 servers ready · 1 failed · 1 lazy · 1 disabled · \d+ tools$/m);
  });

  test('addresses are whole URLs, and each answers', async () => {
    const gateway = await start({ mcpServers: {}, metrics: { enabled: true } });
    const shown = await shownWith(gateway, LAST);
    const urls = Array.from(shown.matchAll(/^ {2}(?:page|admin|docs|metrics) +(http\S+)$/gm), ([, url]) => url!);
    expect(urls).toHaveLength(4);
    expect(await Promise.all(urls.map(async (url) => (await fetch(url)).status))).toEqual([200, 200, 200, 200]);
    expect(shown).toContain(`admin    ${gateway.url}/admin/`);
    expect(shown).toContain(`MCP      ${gateway.url}/mcp`);
  });

  test('metrics that are off say how to turn them on', async () => {
    expect(await shownWith(await start({ mcpServers: {} }), LAST)).toContain('metrics  off; --metrics turns them on');
  });

  test('what to try next stands last, and works as it is typed', async () => {
    const gateway = await start({ mcpServers: { echo: fake } });
    const shown = await shownWith(gateway, LAST);
    const [, url = '', body = ''] = /^ {4}curl -s (\S+) --json '(.*)'$/m.exec(shown) ?? [];
    const headers = { 'content-type': 'application/json' };
    const found = (await (await fetch(url, { method: 'POST', headers, body })).json()) as { hits: unknown[] };
    expect(found.hits).toHaveLength(3);
    expect(shown.indexOf('curl')).toBeGreaterThan(shown.indexOf('servers ready'));
  });

  test('without a server it says how one is named', async () => {
    const shown = await shownWith(await start({}), LAST);
    expect(shown).toContain('No servers yet: name them under mcpServers in gateway.json');
  });

  test('where no server can be used it names the doctor', async () => {
    const shown = await shownWith(await start({ mcpServers: { nowhere } }), LAST);
    expect(shown).toContain('dcc-mcp-gateway doctor --config gateway.json');
    expect(shown).not.toContain('curl');
  });

  test('where callers need a token, so does what to try', async () => {
    const config = { mcpServers: { echo: fake }, auth: { tokens: [{ token: 'hunter2hunter2' }] } };
    const shown = await shownWith(await start(config), LAST);
    expect(shown).toContain('-H "authorization: Bearer $TOKEN"');
    expect(shown).not.toContain('hunter2');
  });

  test('a hundred servers are counted, and the first that failed are named', async () => {
    const many = Object.fromEntries(Array.from({ length: 98 }, (_, index) => [`server-${index}`, nowhere]));
    const shown = await shownWith(await start({ mcpServers: { ...many, echo: fake, other: fake } }), LAST);
    expect(shown.match(/ failed · command not found/g)).toHaveLength(10);
    expect(shown).toContain('and 88 more that failed');
    expect(shown).toContain('2 of 100 servers ready · 98 failed');
    expect(shown).not.toContain('echo  ');
    expect(shown.split('\n').length).toBeLessThan(60);
  }, 30_000);

  test('a server that comes with a reload gets its row; one that changes later gets it with the time', async () => {
    const gateway = await start({ mcpServers: { echo: fake } });
    await shownWith(gateway, LAST);
    write({ mcpServers: { echo: fake, second: { ...fake, dccType: 'b' }, resting: { ...fake, lazy: true } } });
    const shown = await shownWith(gateway, '2 of 2 servers ready · 1 lazy');
    expect(lineOf(shown, 'second')).toMatch(/^ {2}second {3}ready · \d+ tools · /);
    expect(lineOf(shown, 'resting')).toBe('  resting  lazy · starts at its first use');
    expect(shown.match(/echo {2,}ready/g)).toHaveLength(1);
    expect(shown.match(/Ctrl-C ends/g)).toHaveLength(1);
  });

  test('a server that dies is told of in the words of the log, and gets its row once it is back', async () => {
    const gateway = await start({ mcpServers: { maya: fake } });
    await shownWith(gateway, LAST);
    const [{ pid }] = (await instancesAt(gateway, '/v1/debug/instances')) as [{ readonly pid: number }];
    process.kill(pid, 'SIGKILL');
    await shownWith(gateway, 'maya is booting again');
    const shown = await shownWith(gateway, 'maya  ready · ', LAST);
    const after = shown.slice(shown.indexOf(LAST)).split('\n').slice(1).filter(Boolean);
    expect(after.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''))).toEqual([
      'warn: upstream maya died: ended by signal SIGKILL',
      'upstream maya is booting again',
      expect.stringMatching(/^maya {2}ready · \d+ tools · \d+\.\d s$/),
    ]);
  });

  test('tools that are held are told of, with how to look at them', async () => {
    const env = { DCC_MCP_STATE_DIR: join(folder, 'state') };
    mkdirSync(env.DCC_MCP_STATE_DIR, { mode: 0o700 });
    writeFileSync(join(env.DCC_MCP_STATE_DIR, 'approvals.json'), 'no JSON', { mode: 0o600 });
    const gateway = await start({ mcpServers: { echo: fake }, policy: { quarantine: 'on-change' } }, { env });
    expect(await shownWith(gateway, LAST)).toContain('look at it with: dcc-mcp-gateway approvals show');
  });

  test('a narrow one shows every word, and nothing but URLs and commands is wider', async () => {
    const words = 'the licence server does not answer on port 27000 and there is no other one';
    const dying = { command: process.execPath, args: ['-e', `console.error("${words}"); process.exit(3)`] };
    const mcpServers = { broken: dying, 'a-name-that-is-wider-than-half-of-it': fake, 日本語のサーバー: nowhere };
    const shown = await shownWith(await start({ mcpServers }, { columns: 40 }), LAST);
    const rows = shown.slice(shown.indexOf('metrics  off'), shown.indexOf('servers ready')).split('\n').slice(1, -1);
    expect(rows.filter((row) => columnsOf(row) > 40)).toEqual([]);
    expect(rows.map((row) => row.trim()).join(' ')).toContain(words);
    expect(shown).toContain('a-name-that-is-wider-than-half-of-it');
  });

  test('names and last words of servers are only shown', async () => {
    const name = 'x\u001B[2J\u202Ey';
    const dying = {
      command: process.execPath,
      args: ['-e', 'console.error("\\x1b]0;owned\\x07\\x1b[31mred"); process.exit(1)'],
    };
    const shown = await shownWith(await start({ mcpServers: { [name]: dying } }), LAST);
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(shown).toContain('red');
  });

  test.each(['error', 'none'])('OTEL_LOG_LEVEL=%s leaves the line that says where', async (level) => {
    const gateway = await start({ mcpServers: { echo: fake } }, { env: { OTEL_LOG_LEVEL: level } });
    await gateway.ready();
    expect(gateway.stderr().split('\n')).toEqual([expect.stringContaining('listening on')]);
  });

  test('a server that does not answer holds up neither the gateway nor, for long, the banner', async () => {
    const gateway = await start({ mcpServers: { hanging, echo: fake } });
    expect(lineOf(await shownWith(gateway, LAST), 'hanging')).toMatch(/^ {2}hanging {2}starting · no answer for 10 s/);
  }, 20_000);
});

test('elsewhere every line is JSON, and there is no banner', async () => {
  write({ mcpServers: { echo: fake } });
  const gateway = await serveInProcess(configFile);
  running.push(gateway);
  const shown = await shownWith(gateway, 'upstream echo is ready');
  const events = shown.split('\n').map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(events).toEqual([expect.stringMatching(/^listening on/), 'upstream echo is ready']);
});

test('what is not right with the configuration is JSON there, too, and words at a terminal', async () => {
  const config = { mcpServers: { echo: fake }, mcpServer: {} };
  const atTerminal = await start(config);
  expect(await shownWith(atTerminal, LAST)).toMatch(/^warning: mcpServer: no such key; /);
  write(config);
  const gateway = await serveInProcess(configFile);
  running.push(gateway);
  const [first = ''] = gateway.stderr().split('\n');
  expect(JSON.parse(first)).toEqual({
    level: 40,
    time: expect.any(Number),
    msg: expect.stringMatching(/^warning: mcpServer: no such key; /),
  });
  writeFileSync(configFile, '{ "mcpServers": ');
  const shown = await shownWith(gateway, 'goes on with what it had');
  expect(shown.split('\n').map((line) => (JSON.parse(line) as { level: number }).level)).toContain(50);
});

describe('in a real terminal', () => {
  const SGR = '\u001B[32mready\u001B[0m';

  test('states are coloured, and Ctrl-C ends it with 0', async () => {
    write({ mcpServers: { echo: fake } });
    const { shown, code } = await runInTerminal({ args: ['--config', configFile, '--port', '0'], until: LAST });
    expect(shown).toContain(SGR);
    expect(code).toBe(0);
  }, 30_000);

  test.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])(
    '%j leaves no control sequence',
    async (env) => {
      write({ mcpServers: { echo: fake } });
      const options = { args: ['--config', configFile, '--port', '0'], env, until: LAST };
      const { shown } = await runInTerminal(options);
      expect(shown).toMatch(/echo {2}ready · \d+ tools/);
      expect(shown).not.toContain('\u001B');
    },
    30_000,
  );

  test('COLUMNS counts where it is set', async () => {
    write({ mcpServers: { 'a-name-of-some-length': nowhere } });
    const options = { args: ['--config', configFile, '--port', '0'], env: { COLUMNS: '40' }, until: LAST };
    const { shown } = await runInTerminal({ ...options, columns: 120 });
    expect(shown).toMatch(/^ {2}a-name-of-some-length$/m);
  }, 30_000);
});

test.each([
  [{ npm_lifecycle_event: 'start' }, '/repo/apps/gateway/dist/main.js', 'npm start --'],
  [{ npm_command: 'exec' }, '/repo/node_modules/.bin/dcc-mcp-gateway', 'npx dcc-mcp-gateway'],
  [{}, '/repo/apps/gateway/dist/main.js', 'node apps/gateway/dist/main.js'],
  [{}, '/usr/local/bin/dcc-mcp-gateway', 'dcc-mcp-gateway'],
])('commands are shown as they were typed: %j %s', (env, script, typed) => {
  expect(typedCommand(env, { script, cwd: '/repo' })).toBe(typed);
});
