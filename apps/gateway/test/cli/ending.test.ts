import { type OtlpSink, startOtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
// What the gateway says when it ends: what was finished, what has left for the collector, what has not and why.
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findSlug } from '../fixtures/callers.ts';
import { serveInProcess, type ServedInProcess, type ServeInProcessOptions } from '../fixtures/serve-in-process.ts';
import { FAKE_STDIO } from '../upstream/fixtures/harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ending-'));
const configFile = join(folder, 'gateway.json');
const fake = {
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', FAKE_STDIO],
  dccType: 'fake',
};
let sink: OtlpSink;
let gateway: ServedInProcess | undefined;

beforeAll(async () => {
  writeFileSync(configFile, JSON.stringify({ mcpServers: { fake } }));
  sink = await startOtlpSink();
});

afterEach(() => gateway?.stop());

afterAll(async () => {
  await sink.close();
  rmSync(folder, { recursive: true });
});

async function start(options: ServeInProcessOptions): Promise<ServedInProcess> {
  gateway = await serveInProcess(configFile, options);
  await gateway.ready();
  return gateway;
}

async function callTool(url: string, dccType: string, tool: string, args: object): Promise<void> {
  const body = JSON.stringify({ tool_slug: await findSlug(url, dccType, tool), arguments: args });
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${url}/v1/call`, { method: 'POST', headers, body })).text();
}

/** What it said from the signal on. */
async function endOf(started: ServedInProcess): Promise<string> {
  const before = started.stderr().length;
  expect(await started.stop()).toBe(0);
  return started.stderr().slice(before);
}

test('the numbers are those that the collector has got', async () => {
  const started = await start({ columns: 80, env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url } });
  await Promise.all(['one', 'two', 'three'].map((text) => callTool(started.url, 'fake', 'echo', { text })));
  const end = await endOf(started);
  const points = sink.metrics().reduce((sum, { dataPoints }) => sum + dataPoints.length, 0);
  expect(sink.spans().length).toBeGreaterThan(3);
  const [, ...counts] = / sent (\d+) spans, (\d+) log records and (\d+) metric data points to (\S+)/.exec(end) ?? [];
  expect(counts).toEqual([...[sink.spans().length, sink.logs().length, points].map(String), sink.url]);
  expect(end).not.toContain('did not reach');
}, 30_000);

describe('a collector that is not there', () => {
  test('is said to have got nothing, and why, in one line', async () => {
    const started = await start({ columns: 80, env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' } });
    await callTool(started.url, 'fake', 'echo', { text: 'lost' });
    const end = await endOf(started);
    expect(end).toMatch(
      /\d+ spans, \d+ log records and \d+ metric data points did not reach http:\/\/127\.0\.0\.1:9: .*\[connection_refused\]/,
    );
    expect(end).not.toContain('telemetry: sent');
    expect(end.trim().split('\n')).toHaveLength(3);
  }, 30_000);

  test('and neither is one that refuses the spans alone', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url };
    sink.respondWith(({ path }) => (path === '/v1/traces' ? { status: 401 } : undefined));
    const started = await start({ columns: 80, env });
    await callTool(started.url, 'fake', 'echo', { text: 'lost' });
    const end = await endOf(started);
    sink.respondWith(undefined);
    expect(end).toMatch(/sent \d+ log records and \d+ metric data points to/);
    expect(end).toMatch(/: \d+ spans? did not reach http:\S+: .*\[unauthorized\]/);
  }, 30_000);

  test('one that never answers is given up after five seconds, and is not said to have got a thing', async () => {
    sink.respondWith(() => 'hang');
    const started = await start({ columns: 80, env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.url}/v1/traces` } });
    await callTool(started.url, 'fake', 'echo', { text: 'lost' });
    const end = await endOf(started);
    sink.respondWith(undefined);
    expect(end).toMatch(/: [2-9]\d* spans did not reach http:\S+: given up at the end of shutdown \[timeout\]/);
  }, 30_000);
});

test('where nothing is exported, no export is spoken of', async () => {
  const end = await endOf(await start({ columns: 80 }));
  expect(end).toMatch(/stopping: no new work\n\S+ stopped: nothing was in flight$/);
});

test('calls in flight that were finished are counted, and those that were not', async () => {
  const started = await start({ columns: 80, finishMillis: 600 });
  const calls = [
    callTool(started.url, 'fake', 'slow', { ms: 400, text: 'done' }),
    callTool(started.url, 'fake', 'hang', {}),
  ];
  await wait(200);
  const end = await endOf(started);
  await Promise.allSettled(calls);
  expect(end).toContain('stopped: 1 request in flight finished, 1 ended unfinished after 0.6 s');
}, 20_000);

test('without a terminal the same is a record', async () => {
  const started = await start({
    env: { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${sink.url}/v1/traces` },
  });
  await callTool(started.url, 'fake', 'echo', { text: 'sent' });
  const last = (await endOf(started)).trim().split('\n').at(-1) ?? '';
  expect(JSON.parse(last)).toMatchObject({
    level: 30,
    event: 'dcc_mcp.exporter.state',
    msg: expect.stringMatching(/^telemetry: sent \d+ spans to http/),
  });
}, 20_000);
