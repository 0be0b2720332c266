// Jobs as MCP clients meet them: `call` with `async`, and the tasks extension of 2026-07-28.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openLegacy, openModern, type RawAnswer, type RawMcp, type RawOptions } from '../tracing/raw-mcp.ts';
import { type JobGateway, startJobGateway, type Told } from './job-gateway.ts';

type Json = Readonly<Record<string, unknown>>;

const DONE = { content: [{ type: 'text', text: 'done' }] };
const TASKS = 'io.modelcontextprotocol/tasks';
const WITH_TASKS = { 'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } } };

let jobs: JobGateway;
let modern: RawMcp;

beforeAll(async () => {
  jobs = await startJobGateway({
    tools: ['held', { name: 'needy', execution: { taskSupport: 'required' } }],
  });
  modern = openModern(jobs.url);
});

afterAll(() => jobs.stop());

const callTool = (client: RawMcp, args: Json, options: RawOptions = {}): Promise<RawAnswer> =>
  client.request('tools/call', { name: 'call', arguments: args }, options);

async function task(method: string, params: Json, meta: Json = WITH_TASKS): Promise<RawAnswer> {
  return modern.request(`tasks/${method}`, params, { meta, headers: { 'mcp-name': String(params['taskId']) } });
}

/** Asks until the task is over. */
async function taskEnd(taskId: string): Promise<Json> {
  for (;;) {
    const { result } = await task('get', { taskId });
    if (!['working', 'input_required'].includes(String(result?.['status']))) {
      return result as Json;
    }
  }
}

test.each(['legacy', 'modern'])('call with async: true is answered with the job at once (%s)', async (era) => {
  const client = era === 'modern' ? modern : await openLegacy(jobs.url);
  const { result } = await callTool(client, { tool_slug: jobs.slug, async: true });
  const { structuredContent, content } = result as unknown as {
    readonly structuredContent: Told;
    readonly content: readonly { readonly text: string }[];
  };
  expect(structuredContent).toMatchObject({ job_id: expect.any(String), status_url: expect.any(String) });
  expect(JSON.parse(content[0]!.text)).toEqual(structuredContent);
  (await jobs.upstream.nextCall()).answer(DONE);
  expect((await jobs.ended(structuredContent.job_id)).body).toMatchObject({
    state: 'succeeded',
    result: { ok: true, output: 'done' },
  });
});

test('meta."dcc.async" asks for the same', async () => {
  const { result } = await callTool(modern, { tool_slug: jobs.slug, meta: { 'dcc.async': true } });
  (await jobs.upstream.nextCall()).answer(DONE);
  const { job_id: id } = (result as Json)['structuredContent'] as Told;
  expect((await jobs.ended(id)).body).toMatchObject({ state: 'succeeded' });
});

test.each([
  ['calls', { calls: [{ tool_slug: 'a.b.c' }], async: true }],
  ['calls, in meta,', { calls: [{ tool_slug: 'a.b.c' }], meta: { 'dcc.async': true } }],
  ['another type', { tool_slug: 'a.b.c', async: 'yes' }],
  ['another type, in meta,', { tool_slug: 'a.b.c', meta: { 'dcc.async': 1 } }],
  ['null, in meta,', { tool_slug: 'a.b.c', meta: { 'dcc.async': null } }],
])('async beside %s is refused and names the field', async (_what, args) => {
  const { result } = await callTool(modern, args);
  expect(result).toMatchObject({
    isError: true,
    structuredContent: { error: { kind: 'bad-request', message: expect.stringContaining('async') } },
  });
});

test('a stateless client that leaves after it was told of its job does not end it', async () => {
  const leave = new AbortController();
  const { result } = await callTool(modern, { tool_slug: jobs.slug, async: true }, { signal: leave.signal });
  leave.abort();
  const call = await jobs.upstream.nextCall();
  call.answer(DONE);
  const { job_id: id } = (result as Json)['structuredContent'] as Told;
  expect((await jobs.ended(id)).body).toMatchObject({ state: 'succeeded' });
});

describe('the tasks extension', () => {
  test('is told of by server/discover, and by no handshake', async () => {
    const { result } = await modern.request('server/discover', {});
    expect((result as Json)['capabilities']).toMatchObject({ extensions: { [TASKS]: {} } });
    const legacy = await openLegacy(jobs.url);
    expect((await legacy.request('tasks/get', { taskId: 'x' })).error).toMatchObject({ code: -32_601 });
  });

  test('a client that declares it and says async gets a task, which is the job', async () => {
    const created = await callTool(modern, { tool_slug: jobs.slug, async: true }, { meta: WITH_TASKS });
    const { taskId, ...fields } = created.result as Json & { readonly taskId: string };
    expect(fields).toMatchObject({
      resultType: 'task',
      status: 'working',
      createdAt: expect.any(String),
      lastUpdatedAt: expect.any(String),
      ttlMs: 3_600_000,
    });
    expect((await jobs.ask('GET', `/v1/jobs/${taskId}`)).body).toMatchObject({ job_id: taskId });
    const call = await jobs.upstream.nextCall();
    call.progress(1, { message: 'half' });
    call.answer(DONE);
    expect(await taskEnd(taskId)).toMatchObject({
      taskId,
      status: 'completed',
      result: { structuredContent: { ok: true, output: 'done' } },
    });
  });

  test('a client that declares it and does not say async is answered', async () => {
    const answer = callTool(modern, { tool_slug: jobs.slug }, { meta: WITH_TASKS });
    (await jobs.upstream.nextCall()).answer(DONE);
    expect((await answer).result).toMatchObject({ resultType: 'complete', structuredContent: { output: 'done' } });
  });

  test('a tool that needs a task makes one for a client that declares it, and is just called for others', async () => {
    const slug = jobs.slug.replace(/[^.]+$/, 'needy');
    const created = await callTool(modern, { tool_slug: slug }, { meta: WITH_TASKS });
    (await jobs.upstream.nextCall()).answer(DONE);
    expect(created.result).toMatchObject({ resultType: 'task' });
    const answer = callTool(modern, { tool_slug: slug });
    (await jobs.upstream.nextCall()).answer(DONE);
    expect((await answer).result).toMatchObject({ structuredContent: { output: 'done' } });
  });

  test('tasks/cancel asks for the end of the job, and its acknowledgement says nothing else', async () => {
    const created = await callTool(modern, { tool_slug: jobs.slug, async: true }, { meta: WITH_TASKS });
    const taskId = String((created.result as Json)['taskId']);
    const call = await jobs.upstream.nextCall();
    const { result } = await task('cancel', { taskId });
    expect(Object.keys(result as Json).toSorted()).toEqual(['_meta', 'resultType']);
    await jobs.upstream.nextNotification('notifications/cancelled');
    call.answer(DONE);
    const end = await taskEnd(taskId);
    expect(end['status']).toBe('cancelled');
    expect([end['result'], end['error']]).toEqual([undefined, undefined]);
  });

  test('a job that REST has made is a task as well', async () => {
    const { body } = await jobs.start();
    const call = await jobs.upstream.nextCall();
    expect((await task('get', { taskId: body['job_id'] })).result).toMatchObject({ status: 'working' });
    call.fail(-32_603, 'broken');
    expect(await taskEnd(body['job_id'])).toMatchObject({ status: 'failed', error: { code: -32_603 } });
  });

  test.each(['get', 'update', 'cancel'])('tasks/%s: undeclared is -32021, unknown is -32602', async (method) => {
    const params = { taskId: 'unknown', inputResponses: {} };
    expect(await task(method, params, {})).toMatchObject({
      status: 400,
      error: { code: -32_021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } },
    });
    expect((await task(method, params)).error).toMatchObject({ code: -32_602 });
    const nameless = await modern.request(`tasks/${method}`, { taskId: 7 }, { meta: WITH_TASKS });
    expect(nameless.error).toMatchObject({ code: -32_602, message: expect.stringContaining('taskId') });
  });

  test('tasks/update takes an object of answers alone', async () => {
    const { body } = await jobs.start();
    const call = await jobs.upstream.nextCall();
    const wrong = await task('update', { taskId: body['job_id'], inputResponses: [] });
    expect(wrong.error).toMatchObject({ code: -32_602, message: expect.stringContaining('inputResponses') });
    expect((await task('update', { taskId: body['job_id'], inputResponses: { none: {} } })).error).toBeUndefined();
    call.answer(DONE);
    await jobs.ended(body['job_id']);
  });
});
