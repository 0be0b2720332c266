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
    env: { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_SERVICE_NAME: 'shots' },
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

describe('an Express app with nothing but --import …/register', () => {
  test('is one trace: request, call of the farm, the farm’s own request', async () => {
    expect(await (await fetch(`${url}/shots/sh010`)).json()).toEqual({ shot: 'sh010', seconds: 12 });
    await terminate();
    const spans = sink.spans();
    const outer = spans.find((span) => span.attributes['url.path'] === '/shots/sh010');
    const client = spans.find((span) => span.kind === 'CLIENT');
    const inner = spans.find((span) => span.attributes['url.path'] === '/farm');
    expect(outer).toMatchObject({ kind: 'SERVER', parentSpanId: '' });
    expect(client?.parentSpanId).toBe(outer?.spanId);
    expect(inner).toMatchObject({ kind: 'SERVER', parentSpanId: client?.spanId, traceId: outer?.traceId });
    expect(outer?.resource.attributes['service.name']).toBe('shots');
  });

  test('has request metrics and log lines with the trace’s id', async () => {
    await (await fetch(`${url}/shots/sh020`)).text();
    await terminate();
    const requests = sink.metrics().find((metric) => metric.name === 'http.server.request.duration');
    expect(requests?.dataPoints[0]).toMatchObject({ count: 2, attributes: { 'http.response.status_code': 200 } });
    expect(app.stderr).toContain(`"trace_id":"${sink.spans()[0]?.traceId}"`);
  });
});
