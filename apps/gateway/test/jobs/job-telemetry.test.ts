// Jobs in spans, counters and rows: recorded at their end, once, in the trace of their caller.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type JobGateway, startJobGateway } from './job-gateway.ts';
import { readEvents } from './read-events.ts';

const DONE = { content: [{ type: 'text', text: 'done' }] };

let sink: OtlpSink;
let jobs: JobGateway;

beforeAll(async () => {
  sink = await startOtlpSink();
  jobs = await startJobGateway({
    entry: { concurrency: 1, queue: 1 },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '20' },
    enablePrometheus: true,
  });
});

afterAll(async () => {
  await jobs?.stop();
  await sink?.close();
});

const counts = async (): Promise<Readonly<Record<string, number | undefined>>> => {
  const text = await scrape(jobs.url);
  const created = valuesOf(text, 'dcc_mcp_job_created_total', ['result']);
  const calls = valuesOf(text, 'dcc_mcp_tool_calls_total', ['tool', 'status']);
  return {
    accepted: created['accepted'],
    queueFull: created['queue_full'],
    rejected: created['rejected'],
    inFlight: valuesOf(text, 'dcc_mcp_jobs_in_flight', ['tool'])['held__held'],
    waited: valuesOf(text, 'dcc_mcp_job_wait_seconds_count', ['tool'])['held__held'],
    succeeded: calls['held__held success'],
    failed: calls['held__held error'],
  };
};

test('a job is in the trace of its caller, with its id on the entry span and on the hop, which end with it', async () => {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  const { body } = await jobs.ask('POST', '/v1/call', {
    body: { tool_slug: jobs.slug, meta: { 'dcc.async': true } },
    headers: { traceparent: `00-${traceId}-${spanId}-01` },
  });
  const call = await jobs.upstream.nextCall();
  expect(body['trace_id']).toBe(traceId);
  expect(call.headers['traceparent']).toContain(traceId);
  const isOfJob = (span: DecodedSpan): boolean => span.traceId === traceId;
  expect(sink.spans().filter(isOfJob)).toEqual([]);
  call.answer(DONE);
  await jobs.ended(body['job_id']);
  const spans = (await sink.waitForSpans((all) => all.filter(isOfJob).length >= 2, 10_000)).filter(isOfJob);
  const entry = spans.find(({ name }) => name === 'gateway.call')!;
  const hop = spans.find(({ kind }) => kind === 'CLIENT')!;
  expect(spans).toHaveLength(2);
  expect(entry).toMatchObject({ kind: 'SERVER', parentSpanId: spanId });
  expect(hop.parentSpanId).toBe(entry.spanId);
  expect([entry, hop].map(({ attributes }) => attributes['dcc.job_id'])).toEqual([body['job_id'], body['job_id']]);
  const trace = await jobs.ask('GET', body.links.trace_api);
  expect(trace.body).toMatchObject({
    outcome: 'ok',
    spans: [{ attributes: { 'dcc.job_id': body['job_id'] } }, {}, {}],
  });
});

test('jobs are counted when they are made, when they run, and once at their end', async () => {
  const before = await counts();
  const running = await jobs.start();
  const call = await jobs.upstream.nextCall();
  const queued = await jobs.start();
  expect((await jobs.start()).status).toBe(503);
  expect((await jobs.start([] as never)).status).toBe(400);
  const plus = (name: string, more: number): number => (before[name] ?? 0) + more;
  expect(await counts()).toMatchObject({
    accepted: plus('accepted', 2),
    queueFull: plus('queueFull', 1),
    rejected: plus('rejected', 1),
    inFlight: 1,
    waited: plus('waited', 1),
    succeeded: plus('succeeded', 0),
    // What is refused counts at once.
    failed: plus('failed', 2),
  });
  call.answer(DONE);
  (await jobs.upstream.nextCall()).answer(DONE);
  await Promise.all([running, queued].map(({ body }) => jobs.ended(body['job_id'])));
  expect(await counts()).toMatchObject({
    inFlight: 0,
    waited: plus('waited', 2),
    succeeded: plus('succeeded', 2),
    failed: plus('failed', 2),
  });
});

test('a call that is waited for moves no counter of jobs', async () => {
  const before = await counts();
  const answer = jobs.ask('POST', '/v1/call', { body: { tool_slug: jobs.slug } });
  (await jobs.upstream.nextCall()).answer(DONE);
  await answer;
  const { accepted, waited, inFlight } = await counts();
  expect({ accepted, waited, inFlight }).toEqual({
    accepted: before['accepted'],
    waited: before['waited'],
    inFlight: before['inFlight'],
  });
});

test('a follower that leaves changes nothing', async () => {
  const { body } = await jobs.start();
  const call = await jobs.upstream.nextCall();
  const events = await readEvents(`${jobs.url}${body['events_url']}`);
  await events.until('state');
  await events.close();
  call.answer(DONE);
  expect((await jobs.ended(body['job_id'])).body).toMatchObject({ state: 'succeeded' });
});
