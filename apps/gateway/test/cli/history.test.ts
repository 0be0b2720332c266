// dcc-mcp-gateway calls, traces and tail: what a running gateway did, for people and agents without a browser.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInProcess } from '../fixtures/run-in-process.ts';
import { cleanEnvironment, MAIN } from '../fixtures/start-gateway.ts';
import { type RestGateway, startRestGateway } from '../rest/rest-gateway.ts';

let rest: RestGateway;
let traceId: string;

beforeAll(async () => {
  rest = await startRestGateway();
  await rest.post('/v1/call', { tool_slug: rest.toolbox('add'), arguments: { a: 1, b: 2 } });
  const { body } = await rest.post('/v1/call', { tool_slug: rest.toolbox('is_error') });
  traceId = body['trace_id'] as string;
});

afterAll(async () => {
  await rest?.gateway.stop();
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  args: readonly string[],
  { until, env = {} }: { readonly until?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: cleanEnvironment({ TZ: 'UTC', ...env }) });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (until !== undefined && stdout.includes(until)) {
      child.kill('SIGINT');
    }
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

const at = (): readonly string[] => ['--url', rest.gateway.url];

describe('calls', () => {
  test('lists the calls, oldest first, one a line', async () => {
    const { code, stdout } = await run(['calls', ...at()]);
    const lines = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines.map((line) => line.split(/\s{2,}/)[1])).toEqual(['ok', 'tool_error']);
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}tool_error .* toolbox\.\w{8}\.is_error .* no such object$/);
  });

  test('takes a query, and gives the answer of /v1/debug as it is', async () => {
    const { stdout } = await run(['calls', ...at(), '--q', 'outcome=tool_error', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ total: 1, calls: [{ outcome: 'tool_error', trace_id: traceId }] });
  });

  test('takes the address that MCP clients are given', async () => {
    const { code, stdout } = await run(['calls', '--url', `${rest.gateway.url}/mcp`, '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ total: 2 })]);
  });

  test('says how many more there are', async () => {
    const { stdout } = await run(['calls', ...at(), '--limit', '1']);
    expect(stdout).toMatch(/^1 older ones match, too: --limit shows more\n/);
  });
});

describe('traces', () => {
  test('shows one request: where its time went, what went in and came out', async () => {
    const { code, stdout } = await run(['traces', traceId, ...at()]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gateway\.call +[·█]{30} /m);
    expect(stdout).toMatch(/^ {2}tools\/call is_error +[·█]{30} .* tool_error$/m);
    expect(stdout).toContain('in   {}');
    expect(stdout).toContain('no such object');
  });

  test('--newest shows the newest that a query finds in the same way, and says where it finds none', async () => {
    const asked = ['traces', ...at(), '--newest'];
    const shown = await run([...asked, '--q', 'success=false']);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(`trace ${traceId}\ngateway.call `) });
    const json = await run([...asked, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ trace_id: traceId, spans: expect.any(Array) });
    const none = await run([...asked, '--q', 'tool~nothing']);
    expect(none).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: no trace that is kept matches tool~nothing; dcc-mcp-gateway traces lists what is\n',
    });
  });
});

describe('tail', () => {
  test('shows calls as they end, until Ctrl-C', async () => {
    const calls: Promise<unknown>[] = [];
    const calling = setInterval(() => calls.push(rest.post('/v1/call', { tool_slug: rest.toolbox('say') })), 100);
    const { code, stdout } = await run(['tail', ...at(), '--q', 'tool~say'], { until: '.say' });
    clearInterval(calling);
    // The gateway is stopped when nobody waits for an answer of it.
    await Promise.all(calls);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/ok .*toolbox\.\w{8}\.say/)]);
  });
});

test.each([
  [['calls', '--url', 'http://127.0.0.1:9'], 1, /no gateway answers at http:\/\/127\.0\.0\.1:9 /],
  [['calls', '--url', 'not a URL'], 1, /expected a URL/],
  [['calls', '--url', 'ftp://x'], 1, /^error: --url ftp:\/\/x: a gateway is asked over http or https, not ftp\n/],
  [['stats', '--url', 'file:///x'], 1, /asked over http or https, not file/],
  [['calls', '--bogus'], 2, /no flag --bogus/],
  [['calls', 'outcome=ok'], 2, /--q/],
  [['traces', 'one', 'two'], 2, /name one request/],
])('%j ends with %i and one line', async (args, code, words) => {
  const ended = await run(args);
  expect([ended.code, ended.stdout]).toEqual([code, '']);
  expect(ended.stderr).toMatch(words);
  expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
});

test.each(['calls', 'traces', 'workflows', 'search-quality', 'export'])(
  '%s refuses a time that ends before it begins',
  async (verb) => {
    const { code, stderr } = await runInProcess([
      verb,
      '--since',
      '2026-12-01T00:00:00Z',
      '--until',
      '2026-11-01',
      ...at(),
    ]);
    expect([code, stderr]).toEqual([
      1,
      'error: since: "2026-12-01T00:00:00Z" is after until, "2026-11-01"; give a time before until\n',
    ]);
  },
);

describe('a gateway that is announced and does not answer', () => {
  const silent = createServer(() => {});
  const runtime = mkdtempSync(join(tmpdir(), 'announced-'));
  const env = { XDG_RUNTIME_DIR: runtime };
  const announce = (pid: number, url: string): void =>
    writeFileSync(join(runtime, 'dcc-mcp-gateway', `${pid}.json`), JSON.stringify({ pid, url }));
  let url = '';

  beforeAll(async () => {
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    mkdirSync(join(runtime, 'dcc-mcp-gateway'), { mode: 0o700 });
    announce(1, url);
    announce(2, 'http://127.0.0.1:9');
  });

  afterAll(() => {
    silent.close();
    silent.closeAllConnections();
    rmSync(runtime, { recursive: true });
  });

  test('is said to run, and not to answer', async () => {
    expect(await runInProcess(['calls'], { env })).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: the gateway at ${url} does not answer within 2 s, for it is busy or stopped; try again, or name another with --url\n`,
    });
  });

  test('is left alone where another one answers', async () => {
    announce(3, rest.gateway.url);
    const { code, stdout } = await runInProcess(['calls', '--limit', '1'], { env });
    expect([code, stdout]).toEqual([0, expect.stringContaining('toolbox.')]);
  });
});

test('a gateway that was killed and its successor at the same address are one', async () => {
  const runtime = mkdtempSync(join(tmpdir(), 'announced-'));
  mkdirSync(join(runtime, 'dcc-mcp-gateway'), { mode: 0o700 });
  for (const pid of [1, 2]) {
    writeFileSync(join(runtime, 'dcc-mcp-gateway', `${pid}.json`), JSON.stringify({ pid, url: rest.gateway.url }));
  }
  const { code, stderr, stdout } = await run(['calls', '--limit', '1'], { env: { XDG_RUNTIME_DIR: runtime } });
  rmSync(runtime, { recursive: true });
  expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('toolbox.')]);
});

describe('what is wrong with a query is said as the API says it, with the place', () => {
  const long = 'tool=a '.repeat(10);

  test.each([
    ['outcom=ok', /^error: q: There is no field "outcom". Did you mean outcome\?\n {2}outcom=ok\n {2}\^\n$/],
    [' tool~"open', /^error: q: A quote \("\) is opened and never closed.\n {2}tool~"open\n {7}\^\n$/],
    ['tool~渲染 outcome=no', /\n {2}tool~渲染 outcome=no\n {20}\^\n$/],
    [`${long}outcome=no ${long}`, /\n {2}…[^\n]{35}no tool=a .{25}…\n {38}\^\n$/],
  ])('%s', async (q, words) => {
    for (const verb of ['calls', 'tail', 'report', 'export']) {
      const { code, stderr } = await runInProcess([verb, '--q', q, ...at()]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
    }
  });
});

test('help fits a terminal of 80 columns', async () => {
  const { stdout } = await run(['calls', '--help']);
  expect(stdout).toContain('Examples');
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
});
