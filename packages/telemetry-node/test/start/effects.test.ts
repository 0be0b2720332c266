import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { startOtlpGrpcSink, type OtlpGrpcSink } from '@dcc-mcp/test-kit/otlp-grpc-sink';
import { afterEach, describe, expect, test } from '@jest/globals';
import { context, ROOT_CONTEXT, trace, TraceFlags, type Context, type Tracer } from '@opentelemetry/api';
import { readFileSync } from 'node:fs';
import { startTelemetry, type StartTelemetryOptions, type Telemetry } from '../../src/index.ts';
import { Running } from '../helpers/running.ts';

const running = new Running();
const grpcSinks: OtlpGrpcSink[] = [];

afterEach(async () => {
  await running.stop();
  for (const sink of grpcSinks.splice(0)) {
    sink.close();
  }
});

const MANIFEST = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly peerDependencies: Readonly<Record<string, string>>;
};

type Env = Readonly<Record<string, string>>;
const TRACES_ONLY = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };

/** From variables to what arrives: nothing in between is replaced. */
async function startFrom(env: Env, options?: StartTelemetryOptions) {
  const sink = await running.sink();
  const reading = readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, ...env });
  expect(reading.issues).toEqual([]);
  return { sink, telemetry: running.start(reading.values, options) };
}

function record({ tracer }: Telemetry, count: number): void {
  for (let index = 0; index < count; index += 1) {
    tracer.startSpan(`span ${index}`).end();
  }
}

describe('OTEL_* as a collector sees it:', () => {
  test('OTEL_BSP_MAX_EXPORT_BATCH_SIZE is the number of spans in a request', async () => {
    const { sink, telemetry } = await startFrom({ ...TRACES_ONLY, OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '3' });
    record(telemetry, 7);
    await telemetry.forceFlush();
    expect(sink.requests).toHaveLength(3);
    expect(sink.spans()).toHaveLength(7);
  });

  test('OTEL_BSP_SCHEDULE_DELAY sends without a flush', async () => {
    const { sink, telemetry } = await startFrom({ ...TRACES_ONLY, OTEL_BSP_SCHEDULE_DELAY: '30' });
    record(telemetry, 1);
    expect(await sink.waitForSpans(1, 2_000)).toHaveLength(1);
  });

  test('OTEL_BSP_MAX_QUEUE_SIZE bounds what waits, the rest is counted', async () => {
    const { telemetry, sink } = await startFrom({ ...TRACES_ONLY, OTEL_BSP_MAX_QUEUE_SIZE: '5' });
    record(telemetry, 9);
    await telemetry.forceFlush();
    expect(sink.spans()).toHaveLength(5);
    expect(telemetry.health().exporters).toMatchObject([{ dropped: { queue_full: 4 } }]);
  });

  test.each([
    ['cumulative', [1, 3], 'CUMULATIVE'],
    ['delta', [1, 2], 'DELTA'],
    ['lowmemory', [1, 2], 'DELTA'],
  ])('METRICS_TEMPORALITY_PREFERENCE=%s', async (preference, expected, temporality) => {
    const { sink, telemetry } = await startFrom({
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: preference,
    });
    const counter = telemetry.meter.createCounter('c');
    counter.add(1);
    await telemetry.forceFlush();
    counter.add(2);
    await telemetry.forceFlush();
    const arrived = sink.metrics().filter((metric) => metric.name === 'c');
    expect(arrived.map((metric) => metric.dataPoints[0]?.value)).toEqual(expected);
    expect(arrived[1]?.temporality).toBe(temporality);
  });

  test('METRICS_DEFAULT_HISTOGRAM_AGGREGATION makes histograms exponential, also with a pull beside it', async () => {
    const { sink, telemetry } = await startFrom(
      { OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram' },
      { pull: true },
    );
    telemetry.meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 2] } }).record(1.5);
    await telemetry.forceFlush();
    expect(sink.metrics().find((metric) => metric.name === 'h')).toMatchObject({ type: 'exponential_histogram' });
    const pulled = await telemetry.metricReader!.collect();
    const histogram = pulled.resourceMetrics.scopeMetrics
      .flatMap((scope) => scope.metrics)
      .find((metric) => metric.descriptor.name === 'h');
    expect(histogram?.dataPoints[0]?.value).toMatchObject({ buckets: { boundaries: [1, 2], counts: [0, 1, 0] } });
  });

  test('OTEL_METRIC_EXPORT_INTERVAL pushes by itself', async () => {
    const { sink, telemetry } = await startFrom({ OTEL_METRIC_EXPORT_INTERVAL: '50' });
    telemetry.meter.createCounter('c').add(1);
    const pushes = (): number => sink.metrics().filter((metric) => metric.name === 'c').length;
    await sink.waitFor(() => pushes() >= 2, 3_000);
    expect(pushes()).toBeGreaterThanOrEqual(2);
  });

  test('the span limits cut and count', async () => {
    const { sink, telemetry } = await startFrom({
      ...TRACES_ONLY,
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '3',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '1',
      OTEL_SPAN_LINK_COUNT_LIMIT: '0',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '1',
    });
    const linked = { context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.SAMPLED } };
    const span = telemetry.tracer.startSpan('x', { attributes: { a: 'abcdef', b: 1, c: 2 }, links: [linked] });
    span.addEvent('first').addEvent('second', { k: 1, l: 2 }).end();
    await telemetry.forceFlush();
    expect(sink.spans()[0]).toMatchObject({
      attributes: { a: 'abc', b: 1 },
      droppedAttributesCount: 1,
      events: [{ name: 'second', attributes: { k: 1 }, droppedAttributesCount: 1 }],
      droppedEventsCount: 1,
      links: [],
      droppedLinksCount: 1,
    });
  });

  test('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT=0 leaves no character, which is not the same as no limit', async () => {
    const { sink, telemetry } = await startFrom({
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '0',
      OTEL_METRICS_EXPORTER: 'none',
    });
    const attributes = { text: 'abc', list: ['abc', ''], count: 1 };
    telemetry.tracer.startSpan('x', { attributes }).addEvent('e', attributes).end();
    telemetry.logger.emit({ body: 'x', attributes });
    await telemetry.forceFlush();
    const cut = { text: '', list: ['', ''], count: 1 };
    expect(sink.spans()[0]).toMatchObject({ attributes: cut, events: [{ attributes: cut }] });
    expect(sink.logs()[0]).toMatchObject({ body: 'x', attributes: cut });
  });

  test('the log record limits cut and count', async () => {
    const { sink, telemetry } = await startFrom({
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_METRICS_EXPORTER: 'none',
    });
    telemetry.logger.emit({ body: 'x', attributes: { a: 1, b: 2 } });
    await telemetry.forceFlush();
    expect(sink.logs()[0]).toMatchObject({ attributes: { a: 1 }, droppedAttributesCount: 1 });
  });
});

function remote(flags: TraceFlags): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: `ffffffff${'0'.repeat(24)}`,
    spanId: '2'.repeat(16),
    traceFlags: flags,
    isRemote: true,
  });
}

describe('OTEL_TRACES_SAMPLER', () => {
  const SPANS = 2_000;
  function sampledShare(tracer: Tracer, parent = ROOT_CONTEXT): number {
    let sampled = 0;
    for (let index = 0; index < SPANS; index += 1) {
      const span = tracer.startSpan('x', {}, parent);
      sampled += span.spanContext().traceFlags & TraceFlags.SAMPLED;
      span.end();
    }
    return sampled / SPANS;
  }

  test.each([
    ['always_on', 1, 1],
    ['always_off', 0, 0],
    ['parentbased_always_on', 1, 0],
    ['parentbased_always_off', 0, 0],
  ])('%s: roots %d, below an unsampled parent %d', async (name, roots, below) => {
    const { telemetry } = await startFrom({ ...TRACES_ONLY, OTEL_TRACES_SAMPLER: name });
    expect(sampledShare(telemetry.tracer)).toBe(roots);
    expect(sampledShare(telemetry.tracer, remote(TraceFlags.NONE))).toBe(below);
  });

  test.each(['traceidratio', 'parentbased_traceidratio'])('%s takes its share of roots', async (name) => {
    const { telemetry } = await startFrom({
      ...TRACES_ONLY,
      OTEL_TRACES_SAMPLER: name,
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    // Five standard deviations of 2,000 draws.
    expect(Math.abs(sampledShare(telemetry.tracer) - 0.25)).toBeLessThan(0.05);
    const below = sampledShare(telemetry.tracer, remote(TraceFlags.SAMPLED));
    expect(below).toBe(name === 'traceidratio' ? 0 : 1);
  });
});

const LOWER_CASE = {
  set: (carrier: Record<string, string>, key: string, value: string): void => {
    carrier[key.toLowerCase()] = value;
  },
};

describe('OTEL_PROPAGATORS', () => {
  const spanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: TraceFlags.SAMPLED };

  test.each([
    ['tracecontext', { traceparent: `00-${spanContext.traceId}-${spanContext.spanId}-01` }],
    ['b3', { b3: `${spanContext.traceId}-${spanContext.spanId}-1` }],
    ['b3multi', { 'x-b3-traceid': spanContext.traceId, 'x-b3-spanid': spanContext.spanId, 'x-b3-sampled': '1' }],
  ])('%s writes and reads its headers', async (name, expected) => {
    const { telemetry } = await startFrom({ ...TRACES_ONLY, OTEL_PROPAGATORS: name });
    const carrier: Record<string, string> = {};
    telemetry.propagator.inject(trace.setSpanContext(ROOT_CONTEXT, spanContext), carrier, LOWER_CASE);
    expect(carrier).toEqual(expected);
    const read = telemetry.propagator.extract(ROOT_CONTEXT, carrier, {
      get: (source, key) => source[key],
      keys: Object.keys,
    });
    expect(trace.getSpanContext(read)).toMatchObject({ ...spanContext, isRemote: true });
  });
});

describe('the resource', () => {
  test('is defaults, detectors, the application and OTEL_*, the later one winning', async () => {
    const { sink, telemetry } = await startFrom(
      {
        ...TRACES_ONLY,
        OTEL_NODE_RESOURCE_DETECTORS: 'host,os,process,service',
        OTEL_RESOURCE_ATTRIBUTES: 'team=lighting,service.version=9',
        OTEL_SERVICE_NAME: 'from-env',
      },
      { resourceAttributes: { 'service.name': 'from-app', 'service.version': '1', app: true } },
    );
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(sink.spans()[0]?.resource.attributes).toMatchObject({
      'service.name': 'from-env',
      'service.version': '9',
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      team: 'lighting',
      app: true,
      'process.pid': process.pid,
      'os.type': process.platform,
      'host.name': expect.any(String),
      'telemetry.sdk.language': 'nodejs',
    });
  });

  test('keeps the types that a configuration file gives its attributes', async () => {
    const sink = await running.sink();
    const text = `
file_format: '1.0'
resource:
  attributes:
    - { name: service.name, value: from-file }
    - { name: build.number, value: 7, type: int }
    - { name: load, value: 0.5, type: double }
    - { name: canary, value: true, type: bool }
    - { name: zones, value: [a, b], type: string_array }
tracer_provider:
  processors:
    - batch: { exporter: { otlp_http: { endpoint: '${sink.url}/v1/traces' } } }
`;
    const configFile = { name: 'otel.yaml', text };
    const { values, issues } = readTelemetryConfig({ OTEL_CONFIG_FILE: 'otel.yaml' }, { configFile });
    expect(issues).toEqual([]);
    const telemetry = running.start(values, { resourceAttributes: { 'build.number': 1 } });
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(sink.spans()[0]?.resource.attributes).toMatchObject({
      'service.name': 'from-file',
      'build.number': 7,
      load: 0.5,
      canary: true,
      zones: ['a', 'b'],
    });
  });

  test('keeps the specification’s service.name when nobody names the service', async () => {
    const { sink, telemetry } = await startFrom(TRACES_ONLY);
    record(telemetry, 1);
    await telemetry.forceFlush();
    expect(sink.spans()[0]?.resource.attributes['service.name']).toMatch(/^unknown_service:.*node/);
  });
});

describe('protocol grpc', () => {
  test('carries traces, metrics and logs, headers and gzip', async () => {
    const sink = await startOtlpGrpcSink();
    grpcSinks.push(sink);
    const { telemetry } = await startFrom({
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    record(telemetry, 2);
    telemetry.meter.createCounter('c').add(1);
    telemetry.logger.emit({ body: 'hello' });
    await telemetry.forceFlush();
    expect(sink.spans().map(({ name }) => name)).toEqual(['span 0', 'span 1']);
    expect(sink.metrics().map(({ name }) => name)).toContain('c');
    expect(sink.logs()[0]?.body).toBe('hello');
    expect(sink.requests[0]?.metadata).toMatchObject({ 'api-key': 'secret' });
  });

  test('starts as failing, not as an exception, without its package', () => {
    const { values } = readTelemetryConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' });
    const telemetry = startTelemetry(values, { resolveFrom: [] });
    record(telemetry, 1);
    const { exporters } = telemetry.health();
    const failing = { state: 'failing', failure: { cause: 'exporter_package_missing' } };
    expect(exporters).toMatchObject([failing, failing, failing]);
    const wanted = Object.entries(MANIFEST.peerDependencies).filter(([name]) => name.endsWith('-otlp-grpc'));
    const advised = exporters.map(({ failure }) => /npm install (\S+), or/.exec(failure?.action ?? '')?.[1]);
    expect(wanted).toHaveLength(exporters.length);
    expect(advised).toEqual(expect.arrayContaining(wanted.map(([name, version]) => `${name}@${version}`)));
    return telemetry.shutdown({ timeoutMillis: 100 });
  });
});

describe('one set of instruments', () => {
  test('feeds push and pull with the same values, recorded once', async () => {
    const { sink, telemetry } = await startFrom({}, { pull: true });
    let readings = 0;
    const attributes = {
      get a() {
        readings += 1;
        return 'x';
      },
    };
    const counter = telemetry.meter.createCounter('c');
    counter.add(1, attributes);
    readings = 0;
    counter.add(1, attributes);
    // Once by whoever looks whether it can be kept, once by the only one that records.
    expect(readings).toBe(2);
    await telemetry.forceFlush();
    const pulled = await telemetry.metricReader!.collect();
    const names = pulled.resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.map((m) => m.descriptor.name));
    expect(names).toContain('c');
    expect(sink.metrics().find(({ name }) => name === 'c')?.dataPoints[0]?.value).toBe(2);
  });

  test('while disabled only information metrics can be pulled', async () => {
    const { telemetry } = await startFrom({ OTEL_SDK_DISABLED: 'true' }, { pull: true });
    telemetry.meter.createCounter('c').add(1);
    telemetry.infoMeter.createGauge('build_info').record(1);
    const pulled = await telemetry.metricReader!.collect();
    const names = pulled.resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics.map((m) => m.descriptor.name));
    expect(names).toEqual(['build_info']);
    expect(telemetry.isMetering).toBe(false);
  });

  test('needs no AsyncLocalStorage unless globals are asked for', async () => {
    await startFrom({});
    expect(context.active()).toBe(ROOT_CONTEXT);
    expect(context.with(ROOT_CONTEXT.setValue(Symbol('x'), 1), () => context.active())).toBe(ROOT_CONTEXT);
  });
});
