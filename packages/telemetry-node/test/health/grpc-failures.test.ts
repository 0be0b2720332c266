import { startOtlpGrpcSink, type OtlpGrpcSink } from '@dcc-mcp/test-kit/otlp-grpc-sink';
import { partialSuccessBody } from '@dcc-mcp/test-kit/otlp-sink';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Running } from '../helpers/running.ts';
import {
  logsTo,
  otlp,
  periodicReader,
  telemetryConfig,
  traceProcessor,
  tracesTo,
} from '../helpers/telemetry-config.ts';

const running = new Running();
const sinks: OtlpGrpcSink[] = [];

afterEach(async () => {
  await running.stop();
  for (const sink of sinks.splice(0)) {
    sink.close();
  }
});

async function exportTo(
  respond?: Parameters<OtlpGrpcSink['respondWith']>[0],
  timeoutMillis = 400,
  headers: Readonly<Record<string, string>> = {},
) {
  const sink = await startOtlpGrpcSink(respond === undefined ? {} : { respond });
  sinks.push(sink);
  const { traces, ...rest } = telemetryConfig();
  const processors = [traceProcessor(otlp(sink.url, { protocol: 'grpc', timeoutMillis, headers }))];
  const telemetry = running.start({ ...rest, traces: { ...traces, processors } });
  for (let index = 0; index < 5; index += 1) {
    telemetry.tracer.startSpan('x').end();
  }
  await telemetry.forceFlush();
  return { sink, telemetry, health: telemetry.health().exporters[0]! };
}

describe('export health over gRPC of', () => {
  test.each<[string, status, string]>([
    ['UNAUTHENTICATED', status.UNAUTHENTICATED, 'unauthorized'],
    ['PERMISSION_DENIED', status.PERMISSION_DENIED, 'forbidden'],
    ['UNIMPLEMENTED', status.UNIMPLEMENTED, 'signal_unsupported'],
    ['INVALID_ARGUMENT', status.INVALID_ARGUMENT, 'bad_request'],
    ['RESOURCE_EXHAUSTED', status.RESOURCE_EXHAUSTED, 'rate_limited'],
    ['UNAVAILABLE', status.UNAVAILABLE, 'unavailable'],
  ])('%s is failing with its cause', async (_name, code, cause) => {
    const { health } = await exportTo(() => ({ code }));
    expect(health).toMatchObject({
      state: 'failing',
      failure: { cause, statusCode: code },
      dropped: { export_failed: 5 },
    });
  });

  test('a signal that the collector does not take is said so, and marks no other', async () => {
    const sink = await startOtlpGrpcSink({
      respond: ({ path }) => (path.includes('MetricsService') ? { code: status.UNIMPLEMENTED } : undefined),
    });
    sinks.push(sink);
    const grpc = { protocol: 'grpc', endpoint: sink.url } as const;
    const telemetry = running.start(
      telemetryConfig({
        ...tracesTo('', grpc),
        ...logsTo('', grpc),
        metrics: { readers: [periodicReader('', grpc)], exemplarFilter: 'always_off' },
      }),
    );
    telemetry.tracer.startSpan('x').end();
    telemetry.logger.emit({ body: 'x' });
    telemetry.meter.createCounter('x').add(1);
    await telemetry.forceFlush();
    const bySignal = Object.fromEntries(telemetry.health().exporters.map((row) => [row.signal, row]));
    expect(bySignal).toMatchObject({
      traces: { state: 'ok', exported: 1 },
      logs: { state: 'ok', exported: 1 },
      metrics: { state: 'failing', failure: { cause: 'signal_unsupported' } },
    });
    expect(bySignal['metrics']?.failure?.message).toMatch(/^this collector does not take metrics/);
    expect(bySignal['metrics']?.failure?.action).toContain('OTEL_METRICS_EXPORTER=none');
  });

  test('a collector that hangs is failing with timeout', async () => {
    const { health } = await exportTo(() => 'hang');
    expect(health).toMatchObject({ state: 'failing', failure: { cause: 'timeout' } });
  });

  test('a partial success is dropping', async () => {
    const { health } = await exportTo(() => partialSuccessBody(2, 'too old'));
    expect(health).toMatchObject({ state: 'dropping', exported: 3, dropped: { rejected: 2 } });
  });

  test('UNAVAILABLE is tried again', async () => {
    let calls = 0;
    const { health, sink } = await exportTo(() => (calls++ === 0 ? { code: status.UNAVAILABLE } : undefined), 10_000);
    expect(health).toMatchObject({ state: 'ok', exported: 5 });
    expect(sink.requests).toHaveLength(2);
  });
});

describe('headers over gRPC', () => {
  test('that are not ASCII are a wrong setting, named without the value', async () => {
    const { health } = await exportTo(undefined, 400, { authorization: 'hunter2-é' });
    expect(health).toMatchObject({ state: 'failing', failure: { cause: 'invalid_configuration' } });
    expect(health.failure?.message).toContain('the header authorization');
    expect(JSON.stringify(health)).not.toContain('hunter2');
  });

  test('whose name ends in -bin travel as bytes', async () => {
    const { sink, health } = await exportTo(undefined, 10_000, { 'trace-bin': 'é' });
    expect(health.state).toBe('ok');
    expect(sink.requests[0]?.metadata['trace-bin']).toEqual(Buffer.from('é'));
  });
});
