// What becomes of a call that its dcc-mcp-core host makes a job of.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type JobHost, startJobHost } from '../fixtures/job-host.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, openModern } from '../tracing/raw-mcp.ts';
import { closeAll, connected, http, until } from './fixtures/harness.ts';

let sink: OtlpSink;
let host: JobHost;
let unlisted: JobHost;
let gateway: RunningGateway;
let all: RunningGateway;
const shorts = new Map<string, string>();

beforeAll(async () => {
  [sink, host, unlisted] = await Promise.all([startOtlpSink(), startJobHost(), startJobHost(false)]);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  const mcpServers = {
    maya: { url: host.url },
    hasty: { url: host.url, timeoutMs: 150 },
    unlisted: { url: unlisted.url },
  };
  gateway = await startGateway({ config: { mcpServers }, env, enablePrometheus: true });
  all = await startGateway({ config: { mcpServers: { maya: { url: host.url } } }, env: { DCC_MCP_EXPOSE: 'all' } });
  await Promise.all([gateway.ready(), all.ready()]);
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly name: string; readonly instance_short: string }[];
  };
  instances.forEach(({ name, instance_short: short }) => shorts.set(name, short));
});

afterAll(async () => {
  await Promise.all([gateway?.stop(), all?.stop()]);
  host?.close();
  unlisted?.close();
  await sink?.close();
});

const slugOf = (tool: string, upstream = 'maya'): string => `${upstream}.${shorts.get(upstream)}.${tool}`;

interface Called {
  readonly status: number;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly traceId: string;
}

async function call(tool: string, upstream = 'maya'): Promise<Called> {
  const traceId = randomBytes(16).toString('hex');
  const response = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    body: JSON.stringify({ tool_slug: slugOf(tool, upstream) }),
  });
  const text = await response.text();
  return { status: response.status, text, body: JSON.parse(text) as Called['body'], traceId };
}

async function hopOf({ traceId }: Pick<Called, 'traceId'>): Promise<DecodedSpan> {
  const isHop = (span: DecodedSpan): boolean => span.traceId === traceId && span.kind === 'CLIENT';
  return (await sink.waitForSpans((found) => found.some(isHop), 10_000)).find(isHop)!;
}

async function counted(tool: string): Promise<readonly (number | undefined)[]> {
  const text = await scrape(gateway.url);
  const calls = valuesOf(text, 'dcc_mcp_tool_calls_total', ['tool', 'status']);
  const durations = valuesOf(text, 'dcc_mcp_tool_duration_seconds_count', ['tool']);
  return [calls[`maya__${tool} success`], calls[`maya__${tool} error`], durations[`maya__${tool}`]];
}

describe('a call that its host makes a job of', () => {
  test.each([
    ['an object', 'done', { success: true, made: 'pSphere1' }],
    ['a text', 'text', 'hi'],
    ['nothing', 'nothing', null],
    ['a whole result', 'whole', 'whole'],
    ['a value, after polls that failed', 'flaky', 'at last'],
  ])('is answered with what the job came to: %s', async (_, tool, output) => {
    const called = await call(tool);
    expect([called.status, called.body]).toMatchObject([200, { ok: true, output }]);
    expect(host.polls(tool)).toBeGreaterThan(2);
    expect(await counted(tool)).toEqual([1, 0, 1]);
    const hop = await hopOf(called);
    expect(hop.attributes['dcc.job_id']).toBe(`job-${tool}`);
    // Two pauses at least lie between the question and the end.
    expect(hop.endTimeUnixNano - hop.startTimeUnixNano).toBeGreaterThan(40_000_000n);
  });

  test('keeps the digits of its result', async () => {
    expect((await call('digits')).text).toContain('"output":{"id":725653563933458432,"scale":1.10}');
  });

  test.each([
    ['says that it failed', 'refused', [200, 'tool-error', 'tool_error']],
    ['raises', 'raised', [200, 'tool-error', 'tool_error']],
    ['is interrupted', 'interrupted', [200, 'tool-error', 'tool_error']],
    ['is cancelled at the host', 'stopped', [499, 'cancelled', 'cancelled']],
    ['is forgotten', 'forgotten', [502, 'backend-error', 'protocol_error']],
    ['is in no state that jobs have', 'strange', [502, 'backend-error', 'protocol_error']],
    ['can not be asked for', 'broken', [502, 'backend-error', 'protocol_error']],
  ])('fails where the job %s', async (_, tool, [status, kind, outcome]) => {
    const called = await call(tool);
    expect([called.status, called.body]).toMatchObject([status, { error: { kind } }]);
    expect(await counted(tool)).toEqual([0, 1, 1]);
    const { attributes } = await hopOf(called);
    expect(attributes).toMatchObject({ 'dcc.job_id': `job-${tool}`, 'error.type': outcome });
  });

  test('is cancelled at the host when its time is over', async () => {
    const called = await call('endless', 'hasty');
    expect([called.status, called.body]).toMatchObject([
      504,
      { error: { kind: 'timeout', message: 'No answer within 150 ms' } },
    ]);
    expect((await hopOf(called)).attributes['dcc.job_id']).toBe('job-endless');
    expect(host.cancelled).toEqual(['job-endless']);
  });

  test('is cancelled at the host when its caller leaves', async () => {
    const before = host.cancelled.length;
    const traceId = randomBytes(16).toString('hex');
    const leaving = new AbortController();
    const polls = host.polls('endless');
    const request = openModern(gateway.url).request(
      'tools/call',
      { name: 'call', arguments: { tool_slug: slugOf('endless') } },
      { meta: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }, signal: leaving.signal },
    );
    const left = request.catch(() => 'left');
    while (host.polls('endless') < polls + 2) {
      await scrape(gateway.url);
    }
    leaving.abort();
    expect(await left).toBe('left');
    expect((await hopOf({ traceId })).attributes).toMatchObject({
      'dcc.job_id': 'job-endless',
      'error.type': 'cancelled',
    });
    while (host.cancelled.length === before) {
      await scrape(gateway.url);
    }
    expect(host.cancelled.slice(before)).toEqual(['job-endless']);
  });

  test('is waited for where the answer itself names the tool to ask', async () => {
    expect((await call('done', 'unlisted')).body).toMatchObject({ ok: true, output: { made: 'pSphere1' } });
  });

  test('gives the tool’s own result under --expose all, and the progress that was asked for', async () => {
    const mcp = await openLegacy(all.url);
    const { result, text } = await mcp.request('tools/call', { name: 'shown' }, { meta: { progressToken: 'mine' } });
    const structuredContent = { success: true, made: 'pSphere1' };
    expect(result).toMatchObject({ structuredContent, content: [{ text: JSON.stringify(structuredContent) }] });
    expect(text).not.toContain('pending');
    expect(text).toContain('"progressToken":"mine","progress":1,"total":3,"message":"step 1"');
  });
});

test('a call whose host dies while the job runs, and one that the gateway ends, say so', async () => {
  const mortal = await startJobHost();
  const dying = await connected(http(mortal.url));
  const ended = await connected(http(host.url));
  const cancelled = host.cancelled.length;
  const died = dying.call('endless');
  await until(() => mortal.polls('endless') > 1);
  mortal.close();
  expect(await died).toMatchObject({ failure: { kind: 'host-died' }, jobId: 'job-endless' });
  const polls = host.polls('endless');
  const stopped = ended.call('endless');
  await until(() => host.polls('endless') > polls + 1);
  ended.upstream.endCalls();
  expect(await stopped).toMatchObject({ failure: { kind: 'not-ready' }, jobId: 'job-endless' });
  await until(() => host.cancelled.length > cancelled);
  await closeAll();
});

test('a job that a host tells of in its answer stands on the span of the hop', async () => {
  const called = await call('sync');
  expect(called.body).toMatchObject({ ok: true, output: 'done' });
  expect((await hopOf(called)).attributes['dcc.job_id']).toBe('job-of-its-own');
});

test('the state of a job is answered as it is to who asks for it', async () => {
  const response = await fetch(`${gateway.url}/v1/call`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tool_slug: slugOf('jobs_get_status'), arguments: { job_id: 'job-another' } }),
  });
  expect(await response.json()).toMatchObject({ ok: true, output: { status: 'running' } });
});

test('a server of another kind may call its own work pending', async () => {
  const { body } = await call('own', 'unlisted');
  expect(body).toMatchObject({ ok: true, output: { status: 'pending', job_id: 'of another kind' } });
});
