// A job on a dcc-mcp-core host: the host makes a job of its own, whose progress is that of the gateway's.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type JobHost, startJobHost } from '../fixtures/job-host.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import type { Told } from './job-gateway.ts';
import { readEvents } from './read-events.ts';

let host: JobHost;
let gateway: RunningGateway;
let short = '';

beforeAll(async () => {
  host = await startJobHost();
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

test('DELETE ends the job at its host', async () => {
  const job = await start('endless');
  const events = await readEvents(`${gateway.url}${job['events_url']}`);
  await events.until('progress');
  const deleted = await fetch(`${gateway.url}${job['status_url']}`, { method: 'DELETE' });
  expect(deleted.status).toBe(202);
  while (host.cancelled.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(host.cancelled).toEqual(['job-endless']);
  await events.close();
});
