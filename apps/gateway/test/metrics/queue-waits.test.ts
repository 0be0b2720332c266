// A call that ends while it waits for its slot: what its caller, its span and the metrics say of it.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type RunningGateway, startGateway } from '../fixtures/start-gateway.ts';
import { openLegacy, openModern, type RawMcp } from '../tracing/raw-mcp.ts';
import { type ScriptedServer, startScriptedServer } from '../tracing/scripted-server.ts';

/** Long enough that the wait is the most of it, also on a busy machine. */
const TIMEOUT_MILLIS = 400;
const WAITS = ['rest', 'batch', 'mcp', 'cancelled'];

let sink: OtlpSink;
let scripted: ScriptedServer;
let gateway: RunningGateway;
let mcp: RawMcp;
const shorts = new Map<string, string>();

beforeAll(async () => {
  [sink, scripted] = await Promise.all([startOtlpSink(), startScriptedServer()]);
  const mcpServers = Object.fromEntries(
    WAITS.map((name) => [
      name,
      {
        url: `${scripted.url}/hang_${name}`,
        concurrency: 1,
        timeoutMs: name === 'cancelled' ? 20_000 : TIMEOUT_MILLIS,
      },
    ]),
  );
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  gateway = await startGateway({ config: { mcpServers }, env, enablePrometheus: true });
  await gateway.ready();
  mcp = await openLegacy(gateway.url);
  const { instances } = (await (await fetch(`${gateway.url}/v1/instances`)).json()) as {
    readonly instances: readonly { readonly name: string; readonly instance_short: string }[];
  };
  instances.forEach(({ name, instance_short: short }) => shorts.set(name, short));
});

afterAll(async () => {
  await gateway?.stop();
  scripted?.close();
  await sink?.close();
});

interface Waited {
  readonly message: string;
  readonly span: DecodedSpan;
  readonly hops: readonly DecodedSpan[];
}

type Way = (name: string, trace: { readonly traceparent: string }) => Promise<unknown>;

const slugOf = (name: string): string => `${name}.${shorts.get(name)}.work`;

async function post(path: string, body: object, trace: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...trace };
  const response = await fetch(gateway.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

const overRest: Way = (name, trace) => post('/v1/call', { tool_slug: slugOf(name) }, trace);
const inBatch: Way = (name, trace) => post('/v1/call_batch', { calls: [{ tool_slug: slugOf(name) }] }, trace);
const overMcp: Way = async (name, trace) => {
  const params = { name: 'call', arguments: { tool_slug: slugOf(name) } };
  const { result } = await mcp.request('tools/call', params, { id: trace.traceparent, meta: trace });
  return result?.['structuredContent'];
};

/** The spans of one call, once it has ended. */
async function spansOf(traceId: string): Promise<{ span: DecodedSpan; hops: readonly DecodedSpan[] }> {
  const isCall = (span: DecodedSpan): boolean => span.traceId === traceId && span.name === 'gateway.call';
  const spans = await sink.waitForSpans((found) => found.some(isCall), 10_000);
  return { span: spans.find(isCall)!, hops: spans.filter((it) => it.traceId === traceId && it.kind === 'CLIENT') };
}

async function waited(way: Way, name: string): Promise<Waited> {
  const traceId = randomBytes(16).toString('hex');
  const body = await way(name, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
  const message = /"message":"([^"]*)"/.exec(JSON.stringify(body))?.[1] ?? '';
  return { message, ...(await spansOf(traceId)) };
}

const TOOL = (name: string): string => `${name}__work`;

async function measured(name: string): Promise<Readonly<Record<string, number | undefined>>> {
  const text = await scrape(gateway.url);
  const phase = (suffix: string, of: string): number | undefined =>
    valuesOf(text, `dcc_mcp_gateway_phase_duration_seconds_${suffix}`, ['tool', 'phase'])[`${TOOL(name)} ${of}`];
  return {
    calls: valuesOf(text, 'dcc_mcp_tool_calls_total', ['tool', 'status'])[`${TOOL(name)} error`],
    durations: valuesOf(text, 'dcc_mcp_tool_duration_seconds_count', ['tool'])[TOOL(name)],
    seconds: valuesOf(text, 'dcc_mcp_tool_duration_seconds_sum', ['tool'])[TOOL(name)],
    queues: phase('count', 'queue'),
    queueSeconds: phase('sum', 'queue'),
    upstreams: phase('count', 'upstream'),
  };
}

async function backendTimeouts(): Promise<number> {
  return valuesOf(await scrape(gateway.url), 'dcc_mcp_gateway_backend_errors_total', ['kind'])['timeout'] ?? 0;
}

describe('a call whose time is over while it waits for a slot', () => {
  test.each([
    ['over REST', 'rest', overRest],
    ['in a batch', 'batch', inBatch],
    ['over MCP', 'mcp', overMcp],
  ])('says so, and its wait counts: %s', async (_, name, way) => {
    const before = await backendTimeouts();
    const first = waited(way, name);
    await scripted.called(`hang_${name}`);
    const others = await Promise.all([waited(way, name), waited(way, name), waited(way, name)]);
    expect((await first).message).toBe(`No answer within ${TIMEOUT_MILLIS} ms`);
    let waitedMillis = 0;
    for (const { message, span, hops } of others) {
      const wait = Number(span.attributes['dcc_mcp.queue.wait_ms']);
      const [, told, rest] =
        /the call waited (\d+) ms in the queue of this upstream, (?:where|which then had (\d+) ms)/.exec(message)!;
      expect(Number(told)).toBe(Math.round(wait));
      expect(wait).toBeGreaterThan(TIMEOUT_MILLIS / 2);
      expect(rest === undefined ? 0 : Number(rest)).toBe(hops.length === 0 ? 0 : TIMEOUT_MILLIS - Number(told));
      expect(message).toMatch(hops.length === 0 ? /^No free slot within 400 ms/ : /^No answer within 400 ms/);
      expect(span.attributes).toMatchObject({ 'dcc_mcp.outcome': 'timeout', 'dcc_mcp.error.kind': 'timeout' });
      waitedMillis += wait;
    }
    const left = 1 + others.filter(({ hops }) => hops.length > 0).length;
    const { queueSeconds, seconds, ...counts } = await measured(name);
    expect(counts).toEqual({ calls: 4, durations: 4, queues: 4, upstreams: left });
    expect(queueSeconds! * 1_000).toBeCloseTo(waitedMillis, 0);
    expect(seconds! * 1_000).toBeGreaterThan(waitedMillis);
    expect((await backendTimeouts()) - before).toBe(left);
  });
});

test('a call that is cancelled while it waits counts its wait, and is no error of the upstream', async () => {
  const before = await backendTimeouts();
  const controllers = [new AbortController(), new AbortController()];
  const traceIds = controllers.map(() => randomBytes(16).toString('hex'));
  const client = openModern(gateway.url);
  const params = { name: 'call', arguments: { tool_slug: slugOf('cancelled') } };
  const calls = controllers.map(({ signal }, index) => {
    const meta = { traceparent: `00-${traceIds[index]}-00f067aa0ba902b7-01` };
    return client.request('tools/call', params, { meta, signal });
  });
  const ends = Promise.allSettled(calls);
  await scripted.called('hang_cancelled');
  while (valuesOf(await scrape(gateway.url), 'dcc_mcp_gateway_queue_depth', [])[''] !== 1) {
    // A scrape takes longer than a call takes to the queue.
  }
  controllers.forEach((controller) => controller.abort());
  await ends;
  const ended = await Promise.all(traceIds.map(spansOf));
  const [second, first] = ended.toSorted((a, b) => a.hops.length - b.hops.length);
  expect([first!.hops.length, second!.hops.length]).toEqual([1, 0]);
  expect(second!.span.attributes).toMatchObject({ 'dcc_mcp.outcome': 'cancelled' });
  const wait = Number(second!.span.attributes['dcc_mcp.queue.wait_ms']);
  expect(wait).toBeGreaterThan(0);
  const { queueSeconds, seconds: _, ...counts } = await measured('cancelled');
  expect(counts).toEqual({ calls: 2, durations: 2, queues: 2, upstreams: 1 });
  expect(queueSeconds! * 1_000).toBeCloseTo(wait, 0);
  expect(await backendTimeouts()).toBe(before);
});
