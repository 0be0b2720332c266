// A job on a dcc-mcp-core host: the host makes a job of its own, whose progress is that of the gateway's.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createCoreEventBuffer } from '../fixtures/core-event-buffer.ts';
import { type JobHost, startJobHost } from '../fixtures/job-host.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import type { Told } from './job-gateway.ts';
import { readEvents } from './read-events.ts';

const told = createCoreEventBuffer();
let host: JobHost;
let gateway: RunningGateway;
let short = '';

beforeAll(async () => {
  host = await startJobHost(true, told);
  gateway = await startGateway({ config: { mcpServers: { maya: { url: host.url } } } });
  await gateway.ready();
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as Told;
  short = instances[0]!.instance_short;
});

afterAll(async () => {
  await gateway?.stop();
  host?.close();
});

async function start(tool: string): Promise<Told> {
  const response = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'respond-async' },
    body: JSON.stringify({ tool_slug: `maya.${short}.${tool}` }),
  });
  return (await response.json()) as Told;
}

test('what the host says of its job is the progress of the job', async () => {
  const job = await start('shown');
  const events = await (await readEvents(`${gateway.url}${job['events_url']}`)).end();
  expect(events.filter(({ event }) => event === 'progress').map(({ data }) => data)).toMatchObject([
    { progress: 1, total: 3, message: 'step 1' },
    { progress: 2, total: 3, message: 'step 2' },
  ]);
  expect(events.at(-1)!.data).toMatchObject({
    state: 'succeeded',
    job_id: job['job_id'],
    result: { output: { success: true, made: 'pSphere1' } },
  });
  const { calls } = (await (await fetch(`${gateway.url}/v1/debug/calls?q=job_id=${job['job_id']}`)).json()) as Told;
  expect(calls).toHaveLength(1);
});

test('what the host tells of its job is logged by the job, and joined to its call', async () => {
  const job = await start('stoppable');
  const events = await readEvents(`${gateway.url}${job['events_url']}`);
  await events.until('progress');
  told.append(
    { message: 'denoising', level: 'warning', ids: { job_id: 'job-stoppable' } },
    { message: 'of another job', ids: { job_id: 'job-other' } },
    { message: 'of the call', ids: { tool_call_id: String(job['request_id']) } },
  );
  expect((await events.until('log')).data).toMatchObject({ level: 'warning', logger: 'host', message: 'denoising' });
  expect((await events.until('log')).data).toMatchObject({ message: 'of the call' });
  await fetch(`${gateway.url}${job['status_url']}`, { method: 'DELETE' });
  await events.end();
  const trace = await (await fetch(`${gateway.url}${job.links.trace_api}`)).json();
  expect((trace as { events: readonly { message: string }[] }).events.map(({ message }) => message)).toEqual([
    'denoising',
    'of the call',
  ]);
});

test('DELETE ends the job at its host, whose word for it ends the job here', async () => {
  const job = await start('stoppable_too');
  const events = await readEvents(`${gateway.url}${job['events_url']}`);
  await events.until('progress');
  const deleted = await fetch(`${gateway.url}${job['status_url']}`, { method: 'DELETE' });
  expect(deleted.status).toBe(202);
  expect((await events.end()).at(-1)!.data).toMatchObject({ state: 'cancelled', error: { kind: 'cancelled' } });
  expect(host.cancelled).toContain('job-stoppable_too');
});
