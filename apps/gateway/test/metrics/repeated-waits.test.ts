// A call that waits for its slot in more than one try, or whose server goes while it waits: all of it counts as its wait.
import { type DecodedSpan, type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findSlug } from '../fixtures/callers.ts';
import { scrape, valuesOf } from '../fixtures/exposition.ts';
import { type HeldServer, startHeldServer } from '../fixtures/held-server.ts';
import { type GatewayProcess, startGatewayProcess } from '../fixtures/start-gateway.ts';
import { until } from '../upstream/fixtures/harness.ts';

type Json = Readonly<Record<string, unknown>>;

/** Long enough that much of it is a wait, also where a busy machine sends the calls late. */
const WAIT_MILLIS = 1_000;

const leaving = {
  command: process.execPath,
  args: [join(import.meta.dirname, '../fixtures/leaving-server.mjs')],
  concurrency: 1,
};

let sink: OtlpSink;
let held: HeldServer;

beforeAll(async () => {
  const read = { name: 'read', annotations: { readOnlyHint: true } };
  [sink, held] = await Promise.all([startOtlpSink(), startHeldServer([read, 'write'])]);
});

afterAll(async () => {
  held?.close();
  await sink?.close();
});

beforeEach(() => sink.clear());

async function withGateway(workers: readonly string[], run: (url: string) => Promise<void>): Promise<void> {
  const mcpServers = { held: { url: held.url, concurrency: 1 }, leaving };
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  const args = ['--metrics', ...workers];
  const gateway: GatewayProcess = await startGatewayProcess({ config: { mcpServers }, env, args });
  try {
    await gateway.ready();
    await run(gateway.url);
  } finally {
    await gateway.stop();
  }
}

async function call(url: string, server: string, tool: string, args: Json = {}): Promise<Json> {
  const slug = await findSlug(url, server, tool);
  const body = JSON.stringify({ tool_slug: slug, arguments: args });
  const headers = { 'content-type': 'application/json' };
  return (await (await fetch(`${url}/v1/call`, { method: 'POST', headers, body })).json()) as Json;
}

/** Resolves when as many calls as these are at the server, and wait for it. */
async function untilLoaded(
  url: string,
  server: string,
  load: Readonly<Record<'in_flight' | 'queue_depth', number>>,
): Promise<void> {
  await until(async () => {
    const answer = await fetch(`${url}/v1/debug/instances`);
    const { instances } = (await answer.json()) as { instances: readonly Json[] };
    const { in_flight: running, queue_depth: waiting } = instances.find(({ dcc_type: type }) => type === server)!;
    return running === load.in_flight && waiting === load.queue_depth;
  });
}

interface Said {
  readonly row: Readonly<Record<'duration_ms' | 'queue_ms' | 'gateway_ms' | 'upstream_ms', number | undefined>>;
  readonly span: DecodedSpan;
  readonly spans: readonly { readonly name: string; readonly duration_ms: number; readonly started_ms: number }[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** A worker that is busy for half a second is not waited for: its rows are there the next time. */
async function rowOf(url: string, label: string): Promise<Json & Said['row']> {
  let row: (Json & Said['row']) | undefined;
  await until(async () => {
    const answer = await fetch(`${url}/v1/debug/calls`);
    const { calls } = (await answer.json()) as { calls: readonly (Json & Said['row'])[] };
    row = calls.find(({ tool_label: each }) => each === label);
    return row !== undefined;
  });
  return row!;
}

/** What rows, spans, trace and metrics say of the only call of a tool. */
async function saidOf(url: string, label: string): Promise<Said> {
  const row = await rowOf(url, label);
  const { spans } = (await (await fetch(`${url}/v1/debug/traces/${String(row['request_id'])}`)).json()) as Said;
  const isIts = ({ name, attributes }: DecodedSpan): boolean =>
    name === 'gateway.call' && attributes['dcc_mcp.request_id'] === row['request_id'];
  const span = (await sink.waitForSpans((found) => found.some(isIts), 10_000)).find(isIts)!;
  const sums = valuesOf(await scrape(url), 'dcc_mcp_gateway_phase_duration_seconds_sum', ['tool', 'phase']);
  const ofTool = Object.entries(sums).filter(([labels]) => labels.startsWith(`${label} `));
  const seconds = Object.fromEntries(ofTool.map(([labels, sum]) => [labels.slice(label.length + 1), sum]));
  return { row, span, spans, seconds };
}

function expectWait({ row, span, seconds }: Said): void {
  const queue = row.queue_ms ?? 0;
  expect(queue).toBeGreaterThan(WAIT_MILLIS / 4);
  expect(span.attributes['dcc_mcp.queue.wait_ms']).toBeCloseTo(queue, 0);
  expect((seconds['queue'] ?? 0) * 1_000).toBeCloseTo(queue, 0);
  expect((seconds['upstream'] ?? 0) * 1_000).toBeCloseTo(row.upstream_ms ?? 0, 0);
  expect(queue + (row.gateway_ms ?? 0) + (row.upstream_ms ?? 0)).toBeCloseTo(row.duration_ms ?? 0, 1);
}

test.each([
  ['in one process', []],
  ['of workers', ['--workers', '2']],
])('a read that waits for its second try says so: %s', async (_, workers) => {
  await withGateway(workers, async (url) => {
    const read = call(url, 'held', 'read');
    const first = await held.nextCall();
    const write = call(url, 'held', 'write');
    await untilLoaded(url, 'held', { in_flight: 1, queue_depth: 1 });
    first.drop();
    const second = await held.nextCall();
    await wait(WAIT_MILLIS);
    second.answer({ content: [] });
    (await held.nextCall()).answer({ content: [] });
    expect([await read, await write]).toMatchObject([{ ok: true }, { ok: true }]);
    const said = await saidOf(url, 'held__read');
    expectWait(said);
    const [failed, queue, last] = said.spans.slice(1);
    expect([failed, queue, last].map((span) => span?.name)).toEqual(['tools/call read', 'queue', 'tools/call read']);
    expect(queue!.duration_ms).toBeCloseTo(said.row.queue_ms ?? 0, 0);
    expect(last!.started_ms).toBeCloseTo(queue!.started_ms + queue!.duration_ms, 0);
  });
});

test.each([
  ['in one process', []],
  ['of workers', ['--workers', '2']],
])('what waits for a server that goes meanwhile says how long it waited: %s', async (_, workers) => {
  await withGateway(workers, async (url) => {
    const leave = call(url, 'leaving', 'leave', { millis: WAIT_MILLIS });
    await untilLoaded(url, 'leaving', { in_flight: 1, queue_depth: 0 });
    const [write, read] = await Promise.all([call(url, 'leaving', 'write'), call(url, 'leaving', 'read'), leave]);
    expect([write, read]).toMatchObject([{ error: { kind: 'backend-unreachable' } }, { ok: true }]);
    const ended = await saidOf(url, 'leaving__write');
    expectWait(ended);
    expect([ended.seconds, ended.row]).toEqual([
      expect.not.objectContaining({ upstream: expect.anything() }),
      expect.not.objectContaining({ upstream_ms: expect.anything() }),
    ]);
    expectWait(await saidOf(url, 'leaving__read'));
    const counts = valuesOf(await scrape(url), 'dcc_mcp_tool_duration_seconds_count', ['tool']);
    expect(counts).toEqual({ leaving__leave: 1, leaving__write: 1, leaving__read: 1 });
  });
});
