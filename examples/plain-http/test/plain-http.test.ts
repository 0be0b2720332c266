import { NodeProcess } from '@dcc-mcp/test-kit/node-process';
import { startOtlpSink, type OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const folder = new URL('..', import.meta.url).pathname;
let sink: OtlpSink;
let app: NodeProcess;
let url: string;

beforeEach(async () => {
  sink = await startOtlpSink();
  app = new NodeProcess('server.mjs', {
    cwd: folder,
    preload: '@dcc-mcp/telemetry-node/register',
    env: { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_SERVICE_NAME: 'plain' },
  });
  url = await app.firstLine();
});

afterEach(async () => {
  await app.stop();
  await sink.close();
});

/** Ends the app as a service manager does; everything is at the sink afterwards. */
async function terminate(): Promise<void> {
  app.kill('SIGTERM');
  expect(await app.ended()).toEqual({ code: null, signal: 'SIGTERM' });
}

describe('plain node:http with nothing but --import …/register', () => {
  test('is one trace of three spans', async () => {
    expect(await (await fetch(`${url}/outer`)).text()).toBe('inner');
    await terminate();
    const spans = sink.spans();
    const outer = spans.find((span) => span.attributes['url.path'] === '/outer');
    const client = spans.find((span) => span.kind === 'CLIENT');
    const inner = spans.find((span) => span.attributes['url.path'] === '/inner');
    expect(spans).toHaveLength(3);
    expect(client).toMatchObject({ parentSpanId: outer?.spanId, traceId: outer?.traceId });
    expect(inner).toMatchObject({ parentSpanId: client?.spanId, kind: 'SERVER' });
  });

  test('continues the trace of its caller', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await (await fetch(`${url}/inner`, { headers: { traceparent } })).text();
    await terminate();
    expect(sink.spans()).toMatchObject([{ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) }]);
  });

  test('tells about its process and its runtime', async () => {
    await terminate();
    const names = sink.metrics().map((metric) => metric.name);
    expect(names).toEqual(expect.arrayContaining(['process.memory.usage', 'nodejs.eventloop.utilization']));
  });
});
