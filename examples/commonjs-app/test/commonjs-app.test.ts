import { NodeProcess } from '@dcc-mcp/test-kit/node-process';
import { startOtlpSink, type OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

const folder = new URL('..', import.meta.url).pathname;
let sink: OtlpSink;
let app: NodeProcess;
let url: string;

beforeEach(async () => {
  sink = await startOtlpSink();
  app = new NodeProcess('server.js', {
    cwd: folder,
    preload: '@dcc-mcp/telemetry-node/register',
    env: { PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_SERVICE_NAME: 'render' },
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

describe('a CommonJS app with --import …/register', () => {
  test('has its own span below the request’s', async () => {
    expect(await (await fetch(url)).text()).toBe('rendered');
    await terminate();
    const spans = sink.spans();
    const request = spans.find((span) => span.kind === 'SERVER');
    const own = spans.find((span) => span.name === 'render frame');
    expect(own).toMatchObject({ parentSpanId: request?.spanId, traceId: request?.traceId, scope: { name: 'render' } });
    expect(app.stderr).toContain(`"span_id":"${own?.spanId}"`);
  });

  test('has its own counter beside the request’s metrics', async () => {
    await (await fetch(url)).text();
    await terminate();
    const frames = sink.metrics().find((metric) => metric.name === 'render.frames');
    expect(frames?.dataPoints).toMatchObject([{ value: 1, attributes: { renderer: 'arnold' } }]);
  });
});
