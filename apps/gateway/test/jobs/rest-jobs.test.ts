// Calls as jobs over REST: asked for, read, listed, followed and ended.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type JobGateway, startJobGateway } from './job-gateway.ts';
import { readEvents } from './read-events.ts';

const DONE = { content: [{ type: 'text', text: 'done' }] };
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let jobs: JobGateway;

beforeAll(async () => {
  jobs = await startJobGateway();
});

afterAll(() => jobs.stop());

/** A job whose call is with its server. */
async function running(): Promise<{ id: string; call: Awaited<ReturnType<JobGateway['upstream']['nextCall']>> }> {
  const { body } = await jobs.start();
  return { id: body['job_id'], call: await jobs.upstream.nextCall() };
}

async function finished(): Promise<string> {
  const { id, call } = await running();
  call.answer(DONE);
  await jobs.ended(id);
  return id;
}

const rowsOf = async (id: string): Promise<readonly Record<string, unknown>[]> => {
  const { body } = await jobs.ask('GET', `/v1/debug/calls?q=job_id=${id}`);
  return body['calls'] as readonly Record<string, unknown>[];
};

describe('asking for a job', () => {
  test('meta."dcc.async": true is answered 202 with the job before its tool has answered', async () => {
    const { status, headers, body } = await jobs.start({ a: 1 });
    const call = await jobs.upstream.nextCall();
    expect(status).toBe(202);
    expect(body).toMatchObject({
      job_id: expect.stringMatching(UUID_V7),
      status_url: `/v1/jobs/${body['job_id']}`,
      events_url: `/v1/jobs/${body['job_id']}/events`,
      tool_slug: jobs.slug,
      tool: 'held',
      request_id: headers.get('x-request-id'),
    });
    expect(headers.get('location')).toBe(body['status_url']);
    expect(headers.get('preference-applied')).toBeNull();
    expect((await jobs.ask('GET', body['status_url'])).body).toMatchObject({ state: 'running' });
    call.answer(DONE);
    const ended = await jobs.ended(body['job_id']);
    expect(ended.body).toMatchObject({
      state: 'succeeded',
      trace_id: body['trace_id'],
      started_at: expect.any(String),
      finished_at: expect.any(String),
      duration_ms: expect.any(Number),
      queue_ms: expect.any(Number),
      result: { ok: true, tool_slug: jobs.slug, output: 'done', request_id: body['request_id'] },
    });
    expect(call.params).toMatchObject({ arguments: { a: 1 } });
  });

  test.each(['respond-async', 'Respond-Async, wait=10', 'return=minimal, respond-async'])(
    'Prefer: %s asks for the same, and is told that it was applied',
    async (prefer) => {
      const { status, headers, body } = await jobs.ask('POST', '/v1/call', {
        body: { tool_slug: jobs.slug },
        headers: { prefer },
      });
      (await jobs.upstream.nextCall()).answer(DONE);
      expect(status).toBe(202);
      expect(headers.get('preference-applied')).toBe('respond-async');
      expect(headers.get('location')).toBe(`/v1/jobs/${body['job_id']}`);
      await jobs.ended(body['job_id']);
    },
  );

  test('a call to a known instance becomes a job, too', async () => {
    const [dcc, id] = jobs.slug.split('.');
    const { status, body } = await jobs.ask('POST', `/v1/dcc/${dcc}/instances/${id}/call`, {
      body: { backend_tool: 'held', meta: { 'dcc.async': true } },
    });
    (await jobs.upstream.nextCall()).answer(DONE);
    expect(status).toBe(202);
    expect((await jobs.ended(body['job_id'])).body).toMatchObject({ state: 'succeeded' });
  });

  test.each([
    ['an unknown preference', {}, { prefer: 'respond-asynchronously' }],
    ['dcc.async: false against the preference', { meta: { 'dcc.async': false } }, { prefer: 'respond-async' }],
  ])('%s waits for the answer', async (_what, more, headers) => {
    const answer = jobs.ask('POST', '/v1/call', { body: { tool_slug: jobs.slug, ...more }, headers });
    (await jobs.upstream.nextCall()).answer(DONE);
    expect(await answer).toMatchObject({ status: 200, body: { output: 'done' } });
  });

  test.each([['yes'], [1], [null], [{}]])('dcc.async: %j is refused and names the field', async (value) => {
    const { status, body } = await jobs.ask('POST', '/v1/call', {
      body: { tool_slug: jobs.slug, meta: { 'dcc.async': value } },
    });
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ kind: 'bad-request', message: expect.stringContaining('meta."dcc.async"') });
  });

  test.each([
    ['calls', { calls: [{ tool_slug: 'a.b.c', meta: { 'dcc.async': true } }] }],
    ['the batch', { calls: [{ tool_slug: 'a.b.c' }], meta: { 'dcc.async': true } }],
  ])('a batch is no job: dcc.async of %s is refused', async (_where, body) => {
    const { status, body: told } = await jobs.ask('POST', '/v1/call_batch', { body });
    expect([status, told['error']]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringMatching(/must not hold dcc\.async: .* send the call alone$/) }),
    ]);
  });

  test('that no job is wanted may be said in a batch, too', async () => {
    const calls = [{ tool_slug: 'a.b.c', meta: { 'dcc.async': false } }];
    const { status } = await jobs.ask('POST', '/v1/call_batch', { body: { calls, meta: { 'dcc.async': false } } });
    expect(status).toBe(200);
  });

  test.each([
    ['an unknown tool', { tool_slug: 'held.00000000.none' }, 404],
    ['arguments of the wrong form', (slug: string) => ({ tool_slug: slug, arguments: [1] }), 400],
  ])('%s is refused at once, and is no job', async (_what, body, status) => {
    const before = (await jobs.ask('GET', '/v1/jobs')).body['total'];
    const given = typeof body === 'function' ? body(jobs.slug) : body;
    const answer = await jobs.ask('POST', '/v1/call', { body: { ...given, meta: { 'dcc.async': true } } });
    expect(answer.status).toBe(status);
    expect((await jobs.ask('GET', '/v1/jobs')).body['total']).toBe(before);
  });
});

describe('reading jobs', () => {
  test('digits of a result stay as they came', async () => {
    const { id, call } = await running();
    call.answer('{"content":[],"structuredContent":{"id":725653563933458432,"scale":1.10}}');
    await jobs.ended(id);
    const text = await (await fetch(`${jobs.url}/v1/jobs/${id}`)).text();
    expect(text).toContain('"output":{"id":725653563933458432,"scale":1.10}');
  });

  test('a tool that reports a failure ends its job as failed, with what it said', async () => {
    const { id, call } = await running();
    call.answer({ isError: true, content: [{ type: 'text', text: 'no scene' }] });
    expect((await jobs.ended(id)).body).toMatchObject({
      state: 'failed',
      error: { kind: 'tool-error', message: 'no scene' },
      result: { ok: false, output: 'no scene' },
    });
  });

  test('an error of the server ends its job as failed, without a result', async () => {
    const { id, call } = await running();
    call.fail(-32_603, 'broken');
    const { body } = await jobs.ended(id);
    expect(body).toMatchObject({ state: 'failed', error: { kind: 'backend-error', backend: { code: -32_603 } } });
    expect(body['result']).toBeUndefined();
  });

  test('a result of more than 1 MiB is cut, and says so and how large it was', async () => {
    const { id, call } = await running();
    call.answer({ content: [{ type: 'text', text: 'ä"'.repeat(700_000) }] });
    const { body } = await jobs.ended(id);
    expect(body).toMatchObject({ state: 'succeeded', truncated: true, result: { ok: true, truncated: true } });
    expect(body['result']['original_size']).toBeGreaterThan(2_100_000);
    expect(body['original_size']).toBe(body['result']['original_size']);
    expect(JSON.stringify(body['result']).length).toBeLessThanOrEqual(1024 * 1024);
    expect(body['result']['output']).toContain('ä');
  });

  test('progress stands there with its age, for whoever asks: slow or dead?', async () => {
    const { id, call } = await running();
    const events = await readEvents(`${jobs.url}/v1/jobs/${id}/events`);
    call.progress(3, { total: 10, message: 'frame 3' });
    await events.until('progress');
    const { body } = await jobs.ask('GET', `/v1/jobs/${id}`);
    expect(body).toMatchObject({
      state: 'running',
      progress: { progress: 3, total: 10, message: 'frame 3', at: expect.any(String) },
      progress_age_ms: expect.any(Number),
    });
    call.answer(DONE);
    await events.end();
  });

  test('the list has the newest first, a page at a time, by state and tool, without results', async () => {
    const first = await finished();
    const second = await finished();
    const { id: third, call } = await running();
    const page = await jobs.ask('GET', '/v1/jobs?limit=2');
    expect(page.body).toMatchObject({ returned: 2, jobs: [{ job_id: third }, { job_id: second }] });
    expect(page.body['total']).toBeGreaterThanOrEqual(3);
    expect(page.body.jobs[1]!.result).toBeUndefined();
    const next = await jobs.ask('GET', `/v1/jobs?limit=1&cursor=${page.body['next_cursor']}`);
    expect(next.body).toMatchObject({ returned: 1, jobs: [{ job_id: first }] });
    const open = await jobs.ask('GET', '/v1/jobs?state=running');
    expect(open.body).toMatchObject({ total: 1, jobs: [{ job_id: third }] });
    expect(open.body['next_cursor']).toBeUndefined();
    for (const tool of ['held', 'held__held', jobs.slug]) {
      expect((await jobs.ask('GET', `/v1/jobs?tool=${tool}&state=running`)).body['total']).toBe(1);
    }
    expect((await jobs.ask('GET', '/v1/jobs?tool=other')).body).toMatchObject({ total: 0, returned: 0, jobs: [] });
    call.answer(DONE);
    await jobs.ended(third);
  });

  test.each([
    'state=done',
    'limit=0',
    'limit=501',
    'limit=x',
    'cursor=7',
    'tool=',
    'status=running',
    'limit=1&limit=2',
  ])('the list refuses ?%s and says what is right', async (query) => {
    const { status, body } = await jobs.ask('GET', `/v1/jobs?${query}`);
    expect([status, body['error']]).toEqual([400, expect.objectContaining({ kind: 'bad-request' })]);
  });

  test.each(['GET', 'DELETE'])('%s of a job that is not there is 404', async (method) => {
    const { status, body } = await jobs.ask(method, '/v1/jobs/01980000-0000-7000-8000-000000000000');
    expect([status, body['error'].message]).toEqual([404, expect.stringContaining('01980000')]);
  });
});

describe('for an operator', () => {
  test('open jobs of everybody are told with their progress and its age, and finished ones are not', async () => {
    await finished();
    const { id, call } = await running();
    const events = await readEvents(`${jobs.url}/v1/jobs/${id}/events`);
    call.progress(1, { message: 'frame 1' });
    await events.until('progress');
    for (const path of ['/v1/debug/jobs', '/admin/api/jobs']) {
      expect((await jobs.ask('GET', path)).body).toEqual({
        total: 1,
        returned: 1,
        jobs: [
          expect.objectContaining({
            job_id: id,
            state: 'running',
            tool_slug: jobs.slug,
            progress: expect.objectContaining({ message: 'frame 1' }),
            progress_age_ms: expect.any(Number),
          }),
        ],
      });
    }
    call.answer(DONE);
    await events.end();
  });
});

describe('ending jobs', () => {
  test('DELETE of a running job tells its server, and its answer, whatever it is, confirms the end', async () => {
    const { id, call } = await running();
    const asked = await jobs.ask('DELETE', `/v1/jobs/${id}`);
    expect(asked).toMatchObject({ status: 202, body: { state: 'running', cancel_requested: true } });
    expect(await jobs.upstream.nextNotification('notifications/cancelled')).toMatchObject({
      requestId: expect.any(Number),
    });
    expect((await jobs.ask('GET', `/v1/jobs/${id}`)).body).toMatchObject({ state: 'running' });
    call.answer(DONE);
    expect((await jobs.ended(id)).body).toMatchObject({
      state: 'cancelled',
      error: { kind: 'cancelled', message: 'The job was cancelled' },
    });
    expect(await rowsOf(id)).toEqual([expect.objectContaining({ outcome: 'cancelled', job_id: id })]);
  });

  test('DELETE of a finished job is 200 with the job as it is', async () => {
    const id = await finished();
    expect(await jobs.ask('DELETE', `/v1/jobs/${id}`)).toMatchObject({
      status: 200,
      body: { state: 'succeeded', result: { output: 'done' } },
    });
  });

  test('the row of a job is written at its end, once', async () => {
    const { id, call } = await running();
    expect(await rowsOf(id)).toEqual([]);
    call.answer(DONE);
    await jobs.ended(id);
    expect(await rowsOf(id)).toEqual([expect.objectContaining({ outcome: 'ok', job_id: id, tool: jobs.slug })]);
  });
});

describe('following a job', () => {
  test('the stream begins with how it stands, tells progress and logs, and ends with the whole job', async () => {
    const { id, call } = await running();
    const events = await readEvents(`${jobs.url}/v1/jobs/${id}/events`);
    call.progress(1, { total: 2 });
    call.log('warning', 'token=abc123secret slow disk');
    call.answer(DONE);
    const all = await events.end();
    expect(all.map(({ event }) => event)).toEqual(['state', 'state', 'progress', 'log', 'state', 'end']);
    expect(all.map(({ id: number }) => Number(number))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(all[0]!.data).toMatchObject({ job_id: id, state: 'queued' });
    expect(all[2]!.data).toMatchObject({ progress: 1, total: 2 });
    expect(all[3]!.data).toMatchObject({ level: 'warning', message: expect.stringContaining('slow disk') });
    expect(all[5]!.data).toMatchObject({ job_id: id, state: 'succeeded', result: { output: 'done' } });
  });

  test('what a server tells in a wrong form is left out, or told within bounds', async () => {
    const { id, call } = await running();
    const events = await readEvents(`${jobs.url}/v1/jobs/${id}/events`);
    call.progress('half' as never);
    call.progress(5, { total: 'many', message: { not: 'a text' } });
    call.log('loud', { password: 'hunter2hunter2' });
    call.answer(DONE);
    const all = await events.end();
    const { at: _at, ...progress } = all.find(({ event }) => event === 'progress')!.data;
    expect(progress).toEqual({ progress: 5 });
    const log = all.find(({ event }) => event === 'log')!.data;
    expect(log['level']).toBe('info');
    expect(log['message']).not.toContain('hunter2');
  });

  test('Last-Event-ID goes on behind what was read, and a reader of the end is sent no more', async () => {
    const { id, call } = await running();
    const url = `${jobs.url}/v1/jobs/${id}/events`;
    const first = await readEvents(url);
    call.progress(1);
    await first.until('progress');
    await first.close();
    call.progress(2);
    call.answer(DONE);
    await jobs.ended(id);
    const rest = await (await readEvents(url, '3')).end();
    expect(rest.map(({ event }) => event)).toEqual(['progress', 'state', 'end']);
    expect(rest[0]!.data).toMatchObject({ progress: 2 });
    const { status } = await fetch(url, { headers: { 'last-event-id': rest.at(-1)!.id } });
    expect(status).toBe(204);
  });

  test('of more events than are kept the stream says how the job stands, and goes on with those that are', async () => {
    const { id, call } = await running();
    const events = await readEvents(`${jobs.url}/v1/jobs/${id}/events`);
    for (let step = 1; step <= 300; step += 1) {
      call.progress(step);
    }
    call.answer(DONE);
    await events.end();
    const replayed = await (await readEvents(`${jobs.url}/v1/jobs/${id}/events`)).end();
    expect(replayed[0]).toMatchObject({ event: 'state', id: '', data: { job_id: id, state: 'succeeded' } });
    expect(replayed).toHaveLength(257);
    expect(replayed.at(-1)).toMatchObject({ event: 'end' });
  });

  test('long logs leave early: what is kept of one job is bounded', async () => {
    const { id, call } = await running();
    const events = await readEvents(`${jobs.url}/v1/jobs/${id}/events`);
    for (let line = 0; line < 60; line += 1) {
      call.log('info', 'x'.repeat(10_000));
    }
    call.answer(DONE);
    expect((await events.end()).filter(({ event }) => event === 'log')).toHaveLength(60);
    const replayed = await (await readEvents(`${jobs.url}/v1/jobs/${id}/events`)).end();
    const logs = replayed.filter(({ event }) => event === 'log');
    expect(JSON.stringify(logs[0]!.data).length).toBeLessThan(4_300);
    expect(logs.length).toBeGreaterThan(20);
    expect(logs.length).toBeLessThan(40);
    expect(replayed.at(-1)).toMatchObject({ event: 'end' });
  });

  test.each(['x', '-1', '1.5'])('Last-Event-ID: %s is refused', async (lastId) => {
    const id = await finished();
    const { status } = await fetch(`${jobs.url}/v1/jobs/${id}/events`, { headers: { 'last-event-id': lastId } });
    expect(status).toBe(400);
  });

  test('a HEAD of the stream opens none', async () => {
    const id = await finished();
    const { status, headers } = await fetch(`${jobs.url}/v1/jobs/${id}/events`, { method: 'HEAD' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });
});
