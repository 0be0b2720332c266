// Workers that die, and what ends them all.
import { afterEach, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Contest, openContest } from '../fixtures/contenders.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { isAlive } from '../fixtures/is-alive.ts';
import { runCommand } from '../fixtures/run-command.ts';
import { maya } from '../fixtures/servers.ts';
import { until } from '../upstream/fixtures/harness.ts';
import {
  childrenOf,
  type GatewayProcess,
  getJson,
  post,
  slugOf,
  startWithWorkers,
  workersOf,
} from './worker-gateway.ts';

let gateway: GatewayProcess | undefined;
let held: HeldServer | undefined;
let contest: Contest | undefined;

afterEach(async () => {
  await gateway?.stop('SIGKILL');
  held?.close();
  await contest?.end();
  [gateway, held, contest] = [undefined, undefined, undefined];
});

const DONE = { content: [{ type: 'text', text: 'done' }] };

async function withHeldServer(): Promise<readonly [GatewayProcess, HeldServer, string]> {
  held = await startHeldServer();
  gateway = await startWithWorkers({ config: { mcpServers: { held: { url: held.url } } } });
  return [gateway, held, await slugOf(gateway.url, 'held')];
}

test('a worker that is killed is replaced, and calls at the other one go on', async () => {
  const [running, server, slug] = await withHeldServer();
  const before = workersOf(running);
  expect(before).toHaveLength(2);
  const calls = [0, 1, 2, 3].map((i) =>
    post(running.url, '/v1/call', { tool_slug: slug, arguments: { i } }).catch(() => 'cut'),
  );
  const open = [];
  while (open.length < calls.length) {
    open.push(await server.nextCall());
  }
  process.kill(before[0]!, 'SIGKILL');
  await until(() => running.stderr().includes(`worker ${before[0]} has ended (signal SIGKILL)`));
  open.forEach((call) => call.answer(DONE));
  const ends = await Promise.all(calls);
  const finished = ends.filter((end) => typeof end === 'object' && end.body['ok'] === true);
  expect(finished.length).toBeGreaterThan(0);
  expect(finished.length).toBeLessThan(calls.length);
  expect(ends.filter((end) => end === 'cut')).toHaveLength(calls.length - finished.length);
  await until(() => workersOf(running).length === 2);
  expect(workersOf(running)).toContain(before[1]);
  const told = running
    .stderr()
    .split('\n')
    .filter((line) => line.includes('has ended'));
  expect(told).toHaveLength(1);
  const feed = await getJson(running.url, '/v1/debug/activity?limit=50');
  expect(JSON.stringify(feed)).toContain(`worker ${before[0]} has ended`);
});

test('a worker that starts while the configuration changes has the changed one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'worker-config-'));
  const configFile = join(folder, 'gateway.json');
  writeFileSync(configFile, '{"mcpServers": {}}');
  const running = await startWithWorkers({ configFile, env: { ENABLE_METRICS: 'true' } });
  gateway = running;
  const { url } = running;
  const before = workersOf(running);
  process.kill(before[0]!, 'SIGKILL');
  await until(() => workersOf(running).some((pid) => !before.includes(pid)));
  writeFileSync(configFile, '{"mcpServers": {}, "limits": {"ratePerMinute": 1}}');
  running.process.kill('SIGHUP');
  await until(() => running.stderr().includes('limits taken over'));
  const scrape = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
  await until(async () => (await scrape()).includes('dcc_mcp_workers{state="ready"} 2'), 10_000);
  const statuses: number[] = [];
  for (let i = 0; i < 4; i += 1) {
    statuses.push((await post(url, '/v1/search', { query: 'x' })).status);
  }
  expect(statuses).toEqual([200, 429, 429, 429]);
  rmSync(folder, { recursive: true });
});

test('a worker that can not start ends, and the next one tries', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'worker-place-'));
  gateway = await startWithWorkers({ env: { TMPDIR: folder } });
  const running = gateway;
  const ends = (): number => (running.stderr().match(/has ended/g) ?? []).length;
  const places = readdirSync(folder).map((name) => join(folder, name));
  const meetingPlace = places.find((place) => existsSync(join(place, 'primary')))!;
  rmSync(meetingPlace, { recursive: true });
  process.kill(workersOf(running)[0]!, 'SIGKILL');
  await until(() => ends() >= 3, 10_000);
  expect(running.stderr()).toContain('workers: listen ');
  await running.stop('SIGKILL');
  rmSync(folder, { recursive: true });
});

test('workers that are killed while they can not answer hold no place of a server that takes one call at a time', async () => {
  held = await startHeldServer();
  const { url, nextCall } = held;
  const running = await startWithWorkers({ config: { mcpServers: { held: { url, concurrency: 1 } } } });
  gateway = running;
  const slug = await slugOf(running.url, 'held');
  const [waiting, calling] = workersOf(running) as readonly [number, number];
  const call = () => post(running.url, '/v1/call', { tool_slug: slug, arguments: {} });
  process.kill(waiting, 'SIGSTOP');
  const lost = [call(), call(), call(), call()].map((sent) => sent.catch(() => 'cut'));
  await nextCall();
  process.kill(waiting, 'SIGCONT');
  await until(async () =>
    JSON.stringify(await getJson(running.url, '/v1/debug/instances')).includes('"queue_depth":3'),
  );
  [waiting, calling].forEach((pid) => process.kill(pid, 'SIGSTOP'));
  const begun = [1, 2, 3, 4].map(() => getJson(running.url, '/v1/healthz'));
  await sleep(100);
  for (const pid of [calling, waiting]) {
    process.kill(pid, 'SIGKILL');
    await until(() => running.stderr().includes(`worker ${pid} has ended`));
  }
  expect(await Promise.all(begun)).toHaveLength(4);
  expect(await Promise.all(lost)).toEqual(lost.map(() => 'cut'));
  const last = call();
  (await nextCall()).answer(DONE);
  expect(await last).toMatchObject({ status: 200, body: { ok: true } });
});

test('a job of a worker that has died is failed, and says so', async () => {
  const [running, server, slug] = await withHeldServer();
  const { body } = await post(running.url, '/v1/call', { tool_slug: slug, arguments: {} }, { prefer: 'respond-async' });
  const { job_id: id } = body as { job_id: string };
  await server.nextCall();
  workersOf(running).forEach((pid) => process.kill(pid, 'SIGKILL'));
  await until(async () => (await getJson(running.url, `/v1/jobs/${id}`))['state'] === 'failed', 10_000);
  const { error } = await getJson(running.url, `/v1/jobs/${id}`);
  expect(JSON.stringify(error)).toContain('has ended; start it again');
});

test('live streams end in order as soon as the gateway stops, whichever worker passes them on', async () => {
  gateway = await startWithWorkers();
  const { url } = gateway;
  const streams = await Promise.all([1, 2, 3, 4].map(() => fetch(`${url}/v1/debug/stream`)));
  const stopped = gateway.stop();
  const begin = performance.now();
  // One whose connection is cut has no text.
  await Promise.all(streams.map((stream) => stream.text()));
  expect(performance.now() - begin).toBeLessThan(900);
  await stopped;
});

test('requests are answered while every worker is dead', async () => {
  const [running, server, slug] = await withHeldServer();
  workersOf(running).forEach((pid) => process.kill(pid, 'SIGKILL'));
  await until(() => (running.stderr().match(/has ended/g) ?? []).length === 2);
  const call = post(running.url, '/v1/call', { tool_slug: slug, arguments: {} });
  (await server.nextCall()).answer(DONE);
  expect(await call).toMatchObject({ status: 200, body: { ok: true } });
});

test('SIGTERM lets calls at the workers finish, says how many, and ends everything with 0', async () => {
  const [running, server, slug] = await withHeldServer();
  const workers = workersOf(running);
  const call = post(running.url, '/v1/call', { tool_slug: slug, arguments: {} });
  const open = await server.nextCall();
  const ended = running.stop();
  await until(() => running.stderr().includes('stopping: no new work'));
  expect((await post(running.url, '/v1/call', { tool_slug: slug, arguments: {} })).status).toBe(503);
  open.answer(DONE);
  expect(await call).toMatchObject({ status: 200, body: { ok: true } });
  expect(await ended).toBe(0);
  expect(running.stderr()).toContain('stopped: 1 request in flight finished');
  await until(() => !workers.some(isAlive));
});

test('nothing outlives a gateway that is killed: no worker, no server, and the port is free', async () => {
  contest = await openContest();
  const config = { mcpServers: { maya } };
  const first = contest.start({ args: ['--workers', '2'], config });
  await first.says('listening on');
  const pid = first.process.pid!;
  await until(() => childrenOf(pid).some(({ command }) => command.includes('server.mjs')));
  const all = childrenOf(pid).map((child) => child.pid);
  first.process.kill('SIGKILL');
  await first.ended();
  await until(() => !all.some(isAlive), 10_000);
  const second = contest.start({ args: ['--workers', '2'], config });
  await second.says('listening on');
  expect((await fetch(`${contest.url}/v1/healthz`)).status).toBe(200);
});

test('of two gateways with workers on one port one listens, and the other takes over when that one ends', async () => {
  contest = await openContest();
  const first = contest.start({ args: ['--workers', '2'] });
  await first.says('listening on');
  const second = contest.start({ args: ['--workers', '2'] });
  expect(await second.ended()).not.toBeNull();
  expect(second.stderr()).not.toContain('listening on');
  const waiting = contest.start({ args: ['--workers', '2', '--wait'] });
  await waiting.says('this one takes over when that one ends');
  expect(childrenOf(waiting.process.pid!)).toEqual([]);
  first.process.kill('SIGTERM');
  await waiting.says('listening on');
  expect((await fetch(`${contest.url}/v1/healthz`)).status).toBe(200);
});

test.each(['0', '-1', '1.5', 'two', '257', ' '])('--workers %j is refused with what to write instead', async (text) => {
  const { code, stderr } = await runCommand([`--workers=${text}`, '--port', '0']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('a whole number from 1 to 256, or auto')]);
});

test('what the environment says is refused as the flag is', async () => {
  const { code, stderr } = await runCommand(['--port', '0'], { DCC_MCP_WORKERS: 'many' });
  expect([code, stderr]).toEqual([2, expect.stringContaining('DCC_MCP_WORKERS')]);
});

test('a person who types the word of a worker is told that it is no command', async () => {
  const { code, stderr } = await runCommand(['worker']);
  expect([code, stderr]).toEqual([2, expect.stringContaining("there is no command 'worker'")]);
});

test('one worker is one process', async () => {
  gateway = await startWithWorkers({ args: ['--workers', '1'] });
  expect(childrenOf(gateway.process.pid!)).toEqual([]);
});
