// replay: a recorded call is sent again, and what differs is shown.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSlug } from '../../fixtures/callers.ts';
import { type PlainServer, startPlainServer } from '../../fixtures/plain-server.ts';
import { runInProcess } from '../../fixtures/run-in-process.ts';
import { type RunningGateway, startGateway } from '../../fixtures/start-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

const folder = mkdtempSync(join(tmpdir(), 'replay-'));
let server: PlainServer;
let gateway: RunningGateway;
let isBroken = false;
/** Arguments of every call that reached the server. */
const got: Json[] = [];

const text = (value: string): Json => ({ type: 'text', text: value });

function answer(name: string, args: Json): Json {
  got.push(args);
  return name === 'flaky' && isBroken
    ? { isError: true, content: [text('no licence')] }
    : { content: [text(JSON.stringify(args))], structuredContent: { frames: [1, isBroken ? 2 : 3], name } };
}

beforeAll(async () => {
  const tools = ['flaky', 'steady', { name: 'wipe', annotations: { destructiveHint: true } }];
  server = await startPlainServer({ tools, call: answer });
  gateway = await startGateway({ config: { mcpServers: { plain: { url: server.url } } } });
  await gateway.ready();
});

beforeEach(() => {
  isBroken = false;
  got.length = 0;
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await gateway?.stop();
  server?.server.close();
});

async function call(tool: string, args: Json): Promise<string> {
  const body = JSON.stringify({ tool_slug: await findSlug(gateway.url, 'plain', tool), arguments: args });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${gateway.url}/v1/call`, { method: 'POST', headers, body });
  return ((await response.json()) as { request_id: string }).request_id;
}

const replay = (...args: readonly string[]): ReturnType<typeof runInProcess> =>
  runInProcess(['replay', ...args, '--url', gateway.url]);

describe('replay', () => {
  test('sends the recorded arguments, and ends with 0 where the outcome is the same', async () => {
    const id = await call('steady', { path: '/tmp/a', size: 12345678901 });
    const { code, stdout } = await replay(id);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^plain\.\w{8}\.steady {2}\S+ → \S+$/m);
    expect(stdout).toMatch(/^outcome {3}ok → ok {2}the same$/m);
    expect(stdout).toMatch(/^duration {2}\S+ ms → \S+ ms$/m);
    expect(stdout).toMatch(/^output {4}the same$/m);
    expect(got[1]).toEqual(got[0]);
  });

  test('ends with 1 where the outcome is another one, and shows the errors of both', async () => {
    isBroken = true;
    const id = await call('flaky', { a: 1 });
    isBroken = false;
    const { code, stdout } = await replay(id);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^outcome {3}tool_error → ok {2}differs$/m);
    expect(stdout).toMatch(/^was {7}no licence$/m);
  });

  test('shows where outputs differ, by path; --json has it all', async () => {
    const id = await call('steady', { a: 1 });
    isBroken = true;
    const { code, stdout } = await replay(id, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      recorded: { request_id: id, outcome: 'ok' },
      replayed: { outcome: 'ok', duration_ms: expect.any(Number) },
      same_outcome: true,
      output_differences: [{ path: 'structuredContent.frames.1', recorded: 3, replayed: 2 }],
    });
    expect((await replay(id)).stdout).toContain('  structuredContent.frames.1\n    - 3\n    + 2\n');
  });

  test('--set puts other values in their places', async () => {
    const id = await call('steady', { camera: { lens: 50, tags: ['a', 'b'] }, 'a.b': 1 });
    const sets = ['camera.lens=35', 'camera.tags[1]=c', String.raw`a\.b=2`, 'more.deep="35"'];
    await replay(id, ...sets.flatMap((each) => ['--set', each]));
    expect(got[1]).toEqual({ camera: { lens: 35, tags: ['a', 'c'] }, 'a.b': 2, more: { deep: '35' } });
  });

  test.each([[[]], [['--set', 'more=98765432109876543210']]])('numbers keep their digits, with %j', async (flags) => {
    const tool = await findSlug(gateway.url, 'plain', 'steady');
    const response = await fetch(`${gateway.url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"tool_slug":"${tool}","arguments":{"id":12345678901234567890,"rate":1.10}}`,
    });
    const { request_id: id } = (await response.json()) as { request_id: string };
    await replay(id, ...flags);
    const { stdout } = await runInProcess([
      'traces',
      '--q',
      `tool=${tool}`,
      '--limit',
      '1',
      '--json',
      '--url',
      gateway.url,
    ]);
    const [{ row_id: row }] = (JSON.parse(stdout) as { traces: [{ row_id: string }] }).traces;
    const trace = await runInProcess(['traces', row, '--url', gateway.url]);
    const more = flags.length === 0 ? '' : ',"more":98765432109876543210';
    expect(trace.stdout).toContain(`in   {"id":12345678901234567890,"rate":1.10${more}}`);
  });

  test('takes the bundle of a file and of stdin, and a query for the newest', async () => {
    const id = await call('steady', { from: 'bundle' });
    const { stdout: bundle } = await runInProcess(['bundle', id, '--url', gateway.url]);
    const file = join(folder, 'bundle.json');
    writeFileSync(file, bundle);
    expect((await replay(file)).code).toBe(0);
    const piped = await runInProcess(['replay', '-', '--url', gateway.url], { stdin: bundle });
    expect(piped.code).toBe(0);
    expect((await replay('--q', 'tool~steady')).code).toBe(0);
    expect(got.slice(1)).toEqual([{ from: 'bundle' }, { from: 'bundle' }, { from: 'bundle' }]);
  });
});

describe('what was not kept is not made up', () => {
  test('a redacted value is refused with its path, and sent where it is given', async () => {
    const id = await call('steady', { login: { api_key: 'k-12345', user: 'ada' } });
    const { code, stderr, stdout } = await replay(id);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('login.api_key was redacted; give it by --set login.api_key=…');
    expect(got).toHaveLength(1);
    expect((await replay(id, '--set', 'login.api_key=k-67890')).code).toBe(0);
    expect(got[1]).toEqual({ login: { api_key: 'k-67890', user: 'ada' } });
  });

  test('one that was cut off is refused with its path, and may come from a file', async () => {
    const whole = 'x'.repeat(20_000);
    const id = await call('steady', { first: 1, list: [{ ok: true }], mesh: { points: whole } });
    const { code, stderr } = await replay(id);
    expect([code, stderr]).toEqual([2, expect.stringContaining('mesh.points was cut off')]);
    const file = join(folder, 'points.txt');
    writeFileSync(file, whole);
    expect((await replay(id, '--set', `mesh.points=@${file}`)).code).toBe(0);
    expect(got[1]).toEqual(got[0]);
  });

  test('a compact bundle has no arguments, and says so', async () => {
    const id = await call('steady', { a: 1 });
    const { stdout: bundle } = await runInProcess(['bundle', id, '--compact', '--url', gateway.url]);
    const { code, stderr } = await runInProcess(['replay', '-', '--url', gateway.url], { stdin: bundle });
    expect([code, stderr]).toEqual([2, expect.stringContaining('the arguments were not kept')]);
  });
});

test('a tool that says that it is destructive is called with --yes alone', async () => {
  const id = await call('wipe', { scene: 'a' });
  const { code, stderr } = await replay(id);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/\.wipe says of itself that it is destructive; --yes /)]);
  expect(got).toHaveLength(1);
  expect((await replay(id, '--yes')).code).toBe(0);
  expect(got).toHaveLength(2);
});

test('a tool that is not there any more is said, and another one may be named', async () => {
  const id = await call('steady', { a: 1 });
  const { stdout } = await runInProcess(['bundle', id, '--url', gateway.url]);
  const bundle = stdout.replaceAll(/plain\.\w{8}\.steady/g, 'plain.00000000.steady');
  const away = await runInProcess(['replay', '-', '--url', gateway.url], { stdin: bundle });
  expect([away.code, away.stderr]).toEqual([1, expect.stringMatching(/plain\.00000000\.steady.*by --tool/)]);
  const tool = await findSlug(gateway.url, 'plain', 'steady');
  const here = await runInProcess(['replay', '-', '--tool', tool, '--url', gateway.url], { stdin: bundle });
  expect(here.code).toBe(0);
});

test.each([
  [['--set', 'a'], 'write path=value'],
  [['--set', 'a.b=1'], 'the arguments have no such place'],
  [['--set', 'a=@/no/such/file'], 'ENOENT'],
])('%j is wrong use', async (flags, words) => {
  const id = await call('steady', { a: 'text' });
  const { code, stderr } = await replay(id, ...flags);
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
  expect(got).toHaveLength(1);
});

test.each([
  ['{}', 'it is no bundle (dcc-mcp.debug-bundle.v1)'],
  ['{', 'it is no JSON'],
])('stdin of %p is no bundle', async (stdin, words) => {
  const { code, stderr } = await runInProcess(['replay', '-', '--url', gateway.url], { stdin });
  expect([code, stderr]).toEqual([1, expect.stringContaining(words)]);
});
