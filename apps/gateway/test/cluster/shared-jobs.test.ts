// A job that runs at one gateway, as clients of the other meet it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ServedGateway, serveGateways } from '../fixtures/gateways-of-one-state.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { type EventReader, readEvents } from '../jobs/read-events.ts';

type Json = Readonly<Record<string, unknown>>;

let upstream: HeldServer;
let gateways: readonly ServedGateway[];
let here: string;
let there: string;
let slug: string;

async function ask(url: string, method: string, path: string, body?: object): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Json };
}

async function start(): Promise<string> {
  const { body } = await ask(here, 'POST', '/v1/call', { tool_slug: slug, meta: { 'dcc.async': true } });
  return body['job_id'] as string;
}

beforeAll(async () => {
  upstream = await startHeldServer();
  gateways = await serveGateways({ config: { mcpServers: { held: { url: upstream.url } } } });
  [here, there] = gateways.map(({ url }) => url) as [string, string];
  const { body } = await ask(here, 'POST', '/v1/search', { query: '', limit: 1 });
  slug = (body['hits'] as readonly { tool_slug: string }[])[0]!.tool_slug;
});

afterAll(async () => {
  await Promise.all(gateways.map((each) => each.stop()));
  upstream.close();
});

test('DELETE at the other gateway ends the job, and its server is told', async () => {
  const id = await start();
  const call = await upstream.nextCall();
  const { status, body } = await ask(there, 'DELETE', `/v1/jobs/${id}`);
  expect([status, body]).toMatchObject([202, { job_id: id, cancel_requested: true }]);
  await upstream.nextNotification('notifications/cancelled');
  call.fail(-32_000, 'cancelled');
  const events: EventReader = await readEvents(`${there}/v1/jobs/${id}/events`);
  expect((await events.end()).at(-1)).toMatchObject({ event: 'end', data: { state: 'cancelled' } });
  expect((await ask(there, 'DELETE', `/v1/jobs/${id}`)).status).toBe(200);
});

test('the events of a job are told at the other gateway: how it stands, its progress with its age, its end', async () => {
  const id = await start();
  const call = await upstream.nextCall();
  call.progress(1, { total: 2, message: 'half' });
  const events = await readEvents(`${there}/v1/jobs/${id}/events`);
  expect(await events.until('state')).toMatchObject({ data: { job_id: id } });
  expect(await events.until('progress')).toMatchObject({ data: { progress: 1, total: 2, message: 'half' } });
  expect((await ask(there, 'GET', `/v1/jobs/${id}`)).body).toMatchObject({
    state: 'running',
    progress: { progress: 1 },
    progress_age_ms: expect.any(Number),
  });
  call.answer({ content: [{ type: 'text', text: 'done' }] });
  expect(await events.until('end')).toMatchObject({ data: { state: 'succeeded', result: { output: 'done' } } });
  const all = await events.end();
  const again = await fetch(`${there}/v1/jobs/${id}/events`, { headers: { 'last-event-id': all.at(-1)!.id } });
  expect(again.status).toBe(204);
  const atFirst = await readEvents(`${here}/v1/jobs/${id}/events`, all.at(-1)!.id);
  expect((await atFirst.end()).at(-1)).toMatchObject({ event: 'end', data: { state: 'succeeded' } });
});

test('a reader that changes gateways goes on', async () => {
  const id = await start();
  const call = await upstream.nextCall();
  const first = await readEvents(`${here}/v1/jobs/${id}/events`);
  await first.until('state');
  await first.close();
  const second = await readEvents(`${there}/v1/jobs/${id}/events`, '2');
  await second.until('state');
  call.answer({ content: [] });
  expect(await second.until('end')).toMatchObject({ data: { state: 'succeeded' } });
});
