// What one worker holds is found from every connection: the events of a job, and a stream that was cut off.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { RawSession } from '../cluster/raw-client.ts';
import type { Json } from '../fixtures/callers.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { type EventReader, readEvents } from '../jobs/read-events.ts';
import { until } from '../upstream/fixtures/harness.ts';
import { type GatewayProcess, post, startWithWorkers, workersOf } from './worker-gateway.ts';

/** Connections are given to the workers in turn: among so many each worker has one. */
const CONNECTIONS = 4;

let held: HeldServer;
let gateway: GatewayProcess;
let url: string;

beforeAll(async () => {
  held = await startHeldServer();
  gateway = await startWithWorkers({
    args: ['--expose', 'all'],
    config: { mcpServers: { held: { url: held.url } } },
    env: { ENABLE_METRICS: 'true' },
  });
  ({ url } = gateway);
});

afterAll(async () => {
  await gateway.stop();
  held.close();
});

async function startJob(): Promise<string> {
  const { body } = await post(url, '/v1/search', { query: 'held' });
  const slug = (body['hits'] as readonly { tool_slug: string }[])[0]!.tool_slug;
  const job = await post(url, '/v1/call', { tool_slug: slug, meta: { 'dcc.async': true } });
  return job.body['job_id'] as string;
}

let registered = 0;

/** One more instance: the list of tools is another one. */
async function registerAnother(): Promise<void> {
  registered += 1;
  const instance = `${registered}0000000-0000-4000-8000-000000000000`;
  const registration = { instance_id: instance, dcc_type: 'late', mcp_url: held.url, ttl_secs: 60 };
  expect(await post(url, '/v1/instances/register', registration)).toMatchObject({ status: 200 });
}

async function isServing(): Promise<boolean> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return metrics.includes('dcc_mcp_workers{state="ready"} 2');
}

const isChange = ({ method }: Json): boolean => method === 'notifications/tools/list_changed';

function readFromAll(id: string, lastEventId?: string): Promise<readonly EventReader[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, () => readEvents(`${url}/v1/jobs/${id}/events`, lastEventId)));
}

test('each connection hears all that a job tells, in one order and with the same numbers', async () => {
  const id = await startJob();
  const call = await held.nextCall();
  [1, 2, 3].forEach((step) => call.progress(step));
  call.log('info', 'said to the job');
  const readers = await readFromAll(id);
  await Promise.all(readers.map((reader) => reader.until('log')));
  [4, 5].forEach((step) => call.progress(step));
  call.answer({ content: [{ type: 'text', text: 'done' }] });
  const [first, ...others] = await Promise.all(readers.map((reader) => reader.end()));
  expect(first!.flatMap(({ event, data }) => (event === 'progress' ? [data['progress']] : []))).toEqual([
    1, 2, 3, 4, 5,
  ]);
  expect(first!.at(-1)).toMatchObject({ event: 'end', data: { state: 'succeeded', result: { output: 'done' } } });
  for (const other of others) {
    expect(other.map(({ id: number, event }) => [number, event])).toEqual(
      first!.map(({ id: number, event }) => [number, event]),
    );
  }
});

test('a reader of a job goes on behind its last event over any connection', async () => {
  const id = await startJob();
  const call = await held.nextCall();
  call.progress(1);
  const reader = await readEvents(`${url}/v1/jobs/${id}/events`);
  const last = await reader.until('progress');
  await reader.close();
  call.progress(2);
  call.answer({ content: [] });
  const readers = await readFromAll(id, last.id);
  for (const events of await Promise.all(readers.map((each) => each.end()))) {
    expect(events.map(({ event }) => event)).toEqual(['progress', 'state', 'end']);
  }
  const over = await fetch(`${url}/v1/jobs/${id}/events`, { headers: { connection: 'close' } });
  expect(over.status).toBe(200);
  await over.text();
});

test('an answer that was cut off is taken up again over any connection', async () => {
  const session = await RawSession.open(url);
  for (let id = 1; id <= CONNECTIONS; id += 1) {
    const begun = session.call(url, 'held', {}, id);
    const call = await held.nextCall();
    call.progress(1);
    const stream = await begun;
    await stream.until(({ method }) => method === 'notifications/progress');
    stream.leave();
    await stream.ended;
    call.progress(2);
    call.answer({ content: [{ type: 'text', text: `answer ${id}` }] });
    const again = await session.get(url, stream.lastId);
    const answer = await again.until((message) => message['id'] === id);
    expect([again.status, JSON.stringify(answer)]).toEqual([200, expect.stringContaining(`answer ${id}`)]);
    expect(JSON.stringify(again.messages[0])).toContain('"progress":2');
  }
});

test('what was said while the stream beside all requests was broken is told over any connection', async () => {
  const session = await RawSession.open(url);
  let stream = await session.get(url);
  await registerAnother();
  await stream.until(isChange);
  for (let turn = 1; turn <= CONNECTIONS; turn += 1) {
    const { lastId } = stream;
    stream.leave();
    await stream.ended;
    await registerAnother();
    await sleep(1_000); // whoever opens a new stream hears nothing of it any more
    stream = await session.get(url, lastId);
    expect(await stream.until(isChange)).toMatchObject({ jsonrpc: '2.0' });
  }
  stream.leave();
});

test('what names no process of this gateway is answered as ever', async () => {
  const session = await RawSession.open(url);
  const unknown = await session.get(url, 'post-1@00000000.1');
  await unknown.ended;
  expect([unknown.status, JSON.stringify(unknown.messages)]).toEqual([400, expect.stringContaining('Last-Event-ID')]);
  const none = await fetch(`${url}/v1/jobs/01980000-0000-7000-8000-000000000000/events`);
  expect([none.status, await none.text()]).toEqual([404, expect.stringContaining('There is no job')]);
});

test('a job that began while no worker served is followed over any connection once they do', async () => {
  workersOf(gateway).forEach((pid) => process.kill(pid, 'SIGKILL'));
  await until(() => (gateway.stderr().match(/has ended/g) ?? []).length === 2);
  const id = await startJob();
  const call = await held.nextCall();
  call.progress(1);
  await until(isServing, 10_000);
  call.progress(2);
  const readers = await readFromAll(id);
  call.answer({ content: [] });
  for (const events of await Promise.all(readers.map((each) => each.end()))) {
    expect(events.map(({ event }) => event)).toEqual(['state', 'state', 'progress', 'progress', 'state', 'end']);
  }
});
