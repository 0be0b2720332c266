// How many jobs there may be, how long, and whose they are.
import { afterEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSlug } from '../fixtures/callers.ts';
import { scrape } from '../fixtures/exposition.ts';
import { startHeldServer } from '../fixtures/held-server.ts';
import { serveInProcess } from '../fixtures/serve-in-process.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type JobGateway, type JobGatewayOptions, startJobGateway } from './job-gateway.ts';
import { readEvents } from './read-events.ts';

const DONE = { content: [{ type: 'text', text: 'done' }] };
const started: JobGateway[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
});

async function start(options: JobGatewayOptions): Promise<JobGateway> {
  const gateway = await startJobGateway(options);
  started.push(gateway);
  return gateway;
}

const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function finish(jobs: JobGateway): Promise<string> {
  const { body } = await jobs.start();
  (await jobs.upstream.nextCall()).answer(DONE);
  await jobs.ended(body['job_id']);
  return body['job_id'];
}

test('a job that its server’s queue has no place for is none, and its row names none', async () => {
  const jobs = await start({ entry: { concurrency: 1, queue: 1 } });
  await jobs.start();
  await jobs.start();
  const { status, body } = await jobs.start();
  expect([status, body['error'].kind]).toEqual([503, 'queue-full']);
  const { body: history } = await jobs.ask('GET', '/v1/debug/calls');
  expect(history['calls']).toEqual([expect.not.objectContaining({ job_id: expect.anything() })]);
});

test('a job that waits in the queue of its server is queued, takes a place there, and starts in its turn', async () => {
  const jobs = await start({ entry: { concurrency: 1, queue: 1 } });
  const { body: first } = await jobs.start();
  const { body: second, status } = await jobs.start();
  expect([status, second['state']]).toEqual([202, 'queued']);
  const refused = await jobs.start();
  expect([refused.status, refused.body['error'].kind]).toEqual([503, 'queue-full']);
  const call = await jobs.upstream.nextCall();
  expect((await jobs.ask('GET', '/v1/jobs')).body).toMatchObject({
    total: 2,
    jobs: [{ state: 'queued' }, { state: 'running' }],
  });
  call.answer(DONE);
  (await jobs.upstream.nextCall()).answer(DONE);
  expect((await jobs.ended(second['job_id'])).body).toMatchObject({ state: 'succeeded', queue_ms: expect.any(Number) });
  expect((await jobs.ended(first['job_id'])).body).toMatchObject({ state: 'succeeded' });
});

test('DELETE of a queued job ends it at once, and its server never hears of it', async () => {
  const jobs = await start({ entry: { concurrency: 1 } });
  const { body: first } = await jobs.start();
  const call = await jobs.upstream.nextCall();
  const { body: second } = await jobs.start({ second: true });
  expect((await jobs.ask('DELETE', `/v1/jobs/${second['job_id']}`)).status).toBe(202);
  expect((await jobs.ended(second['job_id'])).body).toMatchObject({ state: 'cancelled', error: { kind: 'cancelled' } });
  const third = await jobs.start({ third: true });
  call.answer(DONE);
  const next = await jobs.upstream.nextCall();
  expect(next.params).toMatchObject({ arguments: { third: true } });
  next.answer(DONE);
  await Promise.all([jobs.ended(first['job_id']), jobs.ended(third.body['job_id'])]);
});

test('jobs.maxOpen: one job more is refused as queue-full, with a place again when one has ended', async () => {
  const jobs = await start({ config: { jobs: { maxOpen: 1 } } });
  const { body } = await jobs.start();
  const call = await jobs.upstream.nextCall();
  const refused = await jobs.start();
  expect([refused.status, refused.body['error'].kind]).toEqual([503, 'queue-full']);
  call.answer(DONE);
  await jobs.ended(body['job_id']);
  await finish(jobs);
});

test('jobs.maxFinished: the oldest finished job is forgotten first', async () => {
  const jobs = await start({ config: { jobs: { maxFinished: 2 } } });
  const ids = [await finish(jobs), await finish(jobs), await finish(jobs)];
  const states = await Promise.all(ids.map(async (id) => (await jobs.ask('GET', `/v1/jobs/${id}`)).status));
  expect(states).toEqual([404, 200, 200]);
});

test('jobs.retentionSecs: a finished job is there for that long', async () => {
  const jobs = await start({ config: { jobs: { retentionSecs: 1 } } });
  const id = await finish(jobs);
  expect((await jobs.ask('GET', `/v1/jobs/${id}`)).status).toBe(200);
  await until(async () => (await jobs.ask('GET', `/v1/jobs/${id}`)).status === 404);
});

test('jobs.timeoutSecs bounds a job, and timeoutMs of its server does not', async () => {
  const jobs = await start({ config: { jobs: { timeoutSecs: 1 } }, entry: { timeoutMs: 100 } });
  const { body } = await jobs.start();
  await jobs.upstream.nextCall();
  const { body: ended } = await jobs.ended(body['job_id']);
  expect(ended).toMatchObject({ state: 'failed', error: { kind: 'timeout' } });
  expect(ended['error']).toMatchObject({ recommended_next_action: expect.stringContaining('jobs.timeoutSecs') });
  expect(ended['duration_ms']).toBeGreaterThanOrEqual(950);
});

test('a job is its principal’s alone: another one can neither read, list, follow nor end it', async () => {
  const tokens = ['ada-token-0123456789', 'grace-token-0123456789'].map((token) => ({
    token,
    name: token.slice(0, 5),
  }));
  const jobs = await start({ config: { auth: { tokens } } });
  const [ada, grace] = tokens.map(({ token }) => token) as [string, string];
  const { body } = await jobs.start({}, { token: ada });
  const call = await jobs.upstream.nextCall();
  const path = `/v1/jobs/${body['job_id']}`;
  const statuses = await Promise.all([
    jobs.ask('GET', path, as(grace)),
    jobs.ask('DELETE', path, as(grace)),
    jobs.ask('GET', `${path}/events`, as(grace)),
    jobs.ask('GET', path),
    jobs.ask('GET', path, as(ada)),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404, 401, 200]);
  expect((await jobs.ask('GET', '/v1/jobs', as(grace))).body).toMatchObject({ total: 0, jobs: [] });
  expect((await jobs.ask('GET', '/v1/jobs', as(ada))).body).toMatchObject({ total: 1 });
  call.answer(DONE);
  expect((await jobs.ended(body['job_id'], ada)).body).toMatchObject({ state: 'succeeded' });
});

test('a server that dies while it works ends the job as host-died', async () => {
  const jobs = await start({});
  const { body } = await jobs.start();
  await jobs.upstream.nextCall();
  jobs.upstream.close();
  expect((await jobs.ended(body['job_id'])).body).toMatchObject({ state: 'failed', error: { kind: 'host-died' } });
});

test('a stop ends open jobs as cancelled, tells who follows them, and is in the history', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'jobs-'));
  const jobs = await start({ entry: { concurrency: 1 }, env: { DCC_MCP_GATEWAY_AUDIT_DIR: dir } });
  const [running, queued] = [(await jobs.start()).body, (await jobs.start()).body];
  await jobs.upstream.nextCall();
  const events = await Promise.all([running, queued].map((job) => readEvents(`${jobs.url}${job['events_url']}`)));
  await jobs.gateway.stop();
  const ends = (await Promise.all(events.map((each) => each.end()))).map((all) => all.at(-1)!);
  const told = { state: 'cancelled', error: { kind: 'cancelled', message: 'gateway stopped' } };
  expect(ends).toMatchObject([
    { event: 'end', data: told },
    { event: 'end', data: told },
  ]);
  expect(await jobs.upstream.nextNotification('notifications/cancelled')).toBeDefined();
  const rows = readFileSync(join(dir, 'audit.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(rows).toEqual([
    expect.objectContaining({ outcome: 'cancelled', error: expect.objectContaining({ message: 'gateway stopped' }) }),
    expect.objectContaining({ outcome: 'cancelled', error: expect.objectContaining({ message: 'gateway stopped' }) }),
  ]);
});

test('a stop finishes a call that waits behind a job', async () => {
  const jobs = await start({ entry: { concurrency: 1 }, enablePrometheus: true });
  await jobs.start();
  await jobs.upstream.nextCall();
  const waiting = jobs.ask('POST', '/v1/call', { body: { tool_slug: jobs.slug } });
  await until(async () => (await scrape(jobs.url)).includes('\ndcc_mcp_gateway_queue_depth 1\n'));
  const stopped = jobs.gateway.stop();
  (await jobs.upstream.nextCall()).answer(DONE);
  expect(await waiting).toMatchObject({ status: 200, body: { ok: true, output: 'done' } });
  await stopped;
});

test('a job ends as cancelled also where the gateway stops with calls that were not done in time', async () => {
  const upstream = await startHeldServer();
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify({ mcpServers: { held: { url: upstream.url } } }));
  const env = { DCC_MCP_GATEWAY_AUDIT_DIR: folder, DCC_MCP_STATE_DIR: folder, DCC_MCP_REGISTRY_DIR: 'off' };
  const gateway = await serveInProcess(file, { env, finishMillis: 50 });
  await gateway.ready();
  const post = (body: object) =>
    fetch(`${gateway.url}/v1/call`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const slug = await findSlug(gateway.url, 'held', 'held');
  await (await post({ tool_slug: slug, meta: { 'dcc.async': true } })).text();
  const waiting = post({ tool_slug: slug });
  await Promise.all([upstream.nextCall(), upstream.nextCall()]);
  await gateway.stop();
  expect((await waiting).status).toBe(503);
  upstream.close();
  const rows = readFileSync(join(folder, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
  expect(rows.map((line) => (JSON.parse(line) as { error: { message: string } }).error.message).toSorted()).toEqual([
    'The gateway is shutting down',
    'gateway stopped',
  ]);
});
