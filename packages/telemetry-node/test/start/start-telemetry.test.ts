import { startOtlpSink, type OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startTelemetry, type Telemetry } from '../../src/index.ts';
import { otlp, periodicReader, BATCH, telemetryConfig, traceProcessor, tracesTo } from '../helpers/telemetry-config.ts';

describe('startTelemetry', () => {
  let sink: OtlpSink;
  const running: Telemetry[] = [];

  function start(...args: Parameters<typeof startTelemetry>): Telemetry {
    const telemetry = startTelemetry(...args);
    running.push(telemetry);
    return telemetry;
  }

  beforeEach(async () => {
    sink = await startOtlpSink();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((telemetry) => telemetry.shutdown({ timeoutMillis: 500 })));
    await sink.close();
  });

  test.each(['fast', 'official'] as const)('exports spans with the %s exporter', async (exporter) => {
    const telemetry = start(telemetryConfig(tracesTo(sink.url)), {
      exporter,
      resourceAttributes: { 'service.name': 'demo' },
    });
    telemetry.tracer.startSpan('work', { attributes: { 'dcc_mcp.transport': 'mcp' } }).end();
    await telemetry.forceFlush();
    const [span] = sink.spans();
    expect(span).toMatchObject({ name: 'work', kind: 'INTERNAL', attributes: { 'dcc_mcp.transport': 'mcp' } });
    expect(span?.resource.attributes['service.name']).toBe('demo');
    expect(telemetry.health().exporters).toMatchObject([{ id: 'traces/0', state: 'ok', exported: 1 }]);
  });

  test.each(['http/protobuf', 'http/json'] as const)('exports traces, metrics and logs over %s', async (protocol) => {
    const telemetry = start(
      telemetryConfig({
        ...tracesTo(sink.url, { protocol }),
        metrics: { readers: [periodicReader(`${sink.url}/v1/metrics`, { protocol })], exemplarFilter: 'trace_based' },
        logs: {
          processors: [{ type: 'batch', batch: BATCH, exporter: otlp(`${sink.url}/v1/logs`, { protocol }) }],
          limits: { attributeCount: 128, attributeValueLength: Infinity },
        },
      }),
    );
    telemetry.tracer.startSpan('a').end();
    telemetry.meter.createCounter('calls').add(3, { tool: 'x' });
    telemetry.logger.emit({ body: 'hello', attributes: { a: 1 } });
    await telemetry.forceFlush();
    expect(sink.spans().map((span) => span.name)).toEqual(['a']);
    expect(sink.logs().map((log) => log.body)).toEqual(['hello']);
    expect(sink.metrics().find((metric) => metric.name === 'calls')?.dataPoints[0]?.value).toBe(3);
  });

  test('is a no-op that still propagates when disabled', () => {
    const telemetry = start(telemetryConfig({ ...tracesTo(sink.url), disabled: true }));
    expect(telemetry.isTracing).toBe(false);
    expect(telemetry.tracer.startSpan('x').isRecording()).toBe(false);
    expect(telemetry.propagator.fields()).toEqual(expect.arrayContaining(['traceparent', 'baggage']));
  });

  test('keeps two instances apart', async () => {
    const other = await startOtlpSink();
    const first = start(telemetryConfig(tracesTo(sink.url)), { resourceAttributes: { 'service.name': 'one' } });
    const second = start(telemetryConfig(tracesTo(other.url)), { resourceAttributes: { 'service.name': 'two' } });
    first.tracer.startSpan('one').end();
    second.tracer.startSpan('two').end();
    await first.shutdown();
    second.tracer.startSpan('two again').end();
    await second.forceFlush();
    expect(sink.spans().map((span) => span.name)).toEqual(['one']);
    expect(other.spans().map((span) => span.name)).toEqual(['two', 'two again']);
    await other.close();
  });

  test('refuses an unknown exporter', () => {
    expect(() => startTelemetry(telemetryConfig(), { exporter: 'slow' as 'fast' })).toThrow(/exporter/);
  });

  test('starts with several exporters of one signal', async () => {
    const base = telemetryConfig();
    const telemetry = start(
      telemetryConfig({
        traces: {
          ...base.traces,
          processors: [
            traceProcessor(otlp(`${sink.url}/v1/traces`)),
            traceProcessor(otlp(`${sink.url}/second/v1/traces`, { protocol: 'http/json' })),
          ],
        },
      }),
    );
    telemetry.tracer.startSpan('both').end();
    await telemetry.forceFlush();
    expect(sink.requests.map((request) => request.path).toSorted()).toEqual(['/second/v1/traces', '/v1/traces']);
  });
});
