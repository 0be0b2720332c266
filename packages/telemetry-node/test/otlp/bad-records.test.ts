// One record that can't be encoded never costs another one, whoever encodes and whatever the signal.
import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import { startOtlpGrpcSink, type OtlpGrpcSink } from '@dcc-mcp/test-kit/otlp-grpc-sink';
import type { OtlpSink } from '@dcc-mcp/test-kit/otlp-sink';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ROOT_CONTEXT, trace, ValueType, type Link, type LogRecord, type SpanOptions } from '@opentelemetry/api';
import * as fc from 'fast-check';
import type { Telemetry } from '../../src/index.ts';
import { Running } from '../helpers/running.ts';
import { logsTo, periodicReader, telemetryConfig, tracesTo } from '../helpers/telemetry-config.ts';

const running = new Running();
const grpcSinks: OtlpGrpcSink[] = [];

afterEach(async () => {
  await running.stop();
  for (const sink of grpcSinks.splice(0)) {
    sink.close();
  }
});

function circle(): object {
  const object: Record<string, unknown> = {};
  object['self'] = object;
  return object;
}

function nested(levels: number): object {
  let value: object = { end: 1 };
  for (let level = 0; level < levels; level += 1) {
    value = { value };
  }
  return value;
}

/** Few objects, and 10^16 values. */
function wide(): unknown {
  let value: unknown = 1;
  for (let level = 0; level < 16; level += 1) {
    value = Array.from({ length: 10 }, () => value);
  }
  return value;
}

function throws(): never {
  throw new Error('as bad values do');
}

const THROWING = Object.defineProperty({}, 'a', {
  enumerable: true,
  get: throws,
});
const HUGE = 'x'.repeat(1_200_000);

const BAD_VALUES: Readonly<Record<string, unknown>> = {
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
  '1e21': 1e21,
  '-1e300': -1e300,
  '2^63': 2 ** 63,
  '-0': -0,
  bigint: 10n ** 30n,
  symbol: Symbol('s'),
  function: () => 1,
  undefined: undefined,
  null: null,
  date: new Date(0),
  'invalid date': new Date(NaN),
  bytes: Uint8Array.of(0, 255),
  map: new Map([[1, 2]]),
  regex: /x/,
  circle: circle(),
  'map in maps': nested(300),
  'deeper than the stack': nested(50_000),
  'more values than atoms': wide(),
  'getter that throws': THROWING,
  'proxy that throws': new Proxy({}, { ownKeys: throws }),
  'lone surrogate': '\uD800 and \uDC00',
  'huge text': HUGE,
  'mixed list': [1, 'a', NaN, null, undefined, { b: [Infinity] }],
  'list with a bigint': [1n],
  'null prototype': Object.assign(Object.create(null), { a: NaN }),
};

const BAD_KINDS: readonly unknown[] = [1, 99];
const VALID = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };
const BAD_LINKS: readonly unknown[] = [
  undefined,
  null,
  {},
  { context: undefined },
  { context: { ...VALID, traceId: 'xyz' } },
  { context: { ...VALID, spanId: '' } },
  { context: { ...VALID, traceFlags: 1n } },
  { context: { ...VALID, traceState: { serialize: throws } } },
  { context: VALID, attributes: THROWING },
  { context: VALID, attributes: { deep: nested(50_000), nan: NaN } },
];
const BAD_TIMES: readonly unknown[] = [
  NaN,
  -5,
  Infinity,
  [-1, 0],
  [NaN, NaN],
  [1e30, 0],
  [1, 5e9],
  new Date(NaN),
  1n,
  'x',
];
const BAD_NAMES: readonly unknown[] = [undefined, null, Symbol('n'), {}, Object.create(null), '', '\uD800', HUGE, 5];

/** Whether a text survives strict decoders. */
const name = fc.constantFrom(...Object.keys(BAD_VALUES));

/** What is wrong with one record; told as data, so that a failure can be read. */
const bad = fc.oneof(
  fc.record({ attribute: name }),
  fc.record({ event: name }),
  fc.record({ link: fc.nat(BAD_LINKS.length - 1) }),
  fc.record({ start: fc.nat(BAD_TIMES.length - 1) }),
  fc.record({ end: fc.nat(BAD_TIMES.length - 1) }),
  fc.record({ name: fc.nat(BAD_NAMES.length - 1) }),
  fc.constant({ parent: true }),
);
type Bad = Partial<Record<'attribute' | 'event', string>> &
  Partial<Record<'link' | 'start' | 'end' | 'name', number>> & { readonly parent?: boolean };

function recordBadSpan({ tracer }: Telemetry, how: Bad): void {
  const options = {
    startTime: BAD_TIMES[how.start ?? -1],
    links: how.link === undefined ? undefined : [BAD_LINKS[how.link]],
    attributes: how.attribute === undefined ? {} : { value: BAD_VALUES[how.attribute] },
    kind: BAD_KINDS[how.start === undefined ? 0 : 1],
  } as SpanOptions;
  const context =
    how.parent === true
      ? trace.setSpanContext(ROOT_CONTEXT, { ...VALID, traceState: { serialize: throws } } as never)
      : ROOT_CONTEXT;
  const span = tracer.startSpan(how.name === undefined ? 'bad' : (BAD_NAMES[how.name] as string), options, context);
  if (how.event !== undefined) {
    span.addEvent('e', { value: BAD_VALUES[how.event] as string });
    span.recordException(BAD_VALUES[how.event] as string);
  }
  if (how.link !== undefined) {
    span.addLink(BAD_LINKS[how.link] as Link);
    span.addLinks(null as never);
  }
  span.setStatus({ code: 7, message: Symbol('m') } as never).setStatus(undefined as never);
  span.setAttributes(THROWING).setAttributes(null as never);
  span.end(how.end === undefined ? undefined : (BAD_TIMES[how.end] as number));
}

function recordBadLog({ logger }: Telemetry, how: Bad): void {
  const value = BAD_VALUES[how.attribute ?? how.event ?? 'NaN'];
  logger.emit({
    body: how.event === undefined ? 'bad' : value,
    attributes: how.link === undefined ? { value } : THROWING,
    timestamp: BAD_TIMES[how.start ?? -1],
    observedTimestamp: BAD_TIMES[how.end ?? -1],
    severityNumber: BAD_KINDS[how.start === undefined ? 0 : 1],
    severityText: how.name === undefined ? 'INFO' : BAD_NAMES[how.name],
    eventName: how.name === undefined ? 'e' : BAD_NAMES[how.name],
    exception: how.event === undefined ? undefined : value,
    ...(how.parent === true
      ? { context: trace.setSpanContext(ROOT_CONTEXT, { ...VALID, traceFlags: 1n } as never) }
      : {}),
  } as LogRecord);
}

function recordBadMetric({ meter }: Telemetry, how: Bad): void {
  const value = BAD_VALUES[how.attribute ?? how.event ?? '1e21'] as number;
  const attributes = { value: BAD_VALUES[how.event ?? 'lone surrogate'] } as never;
  meter.createCounter('bad.counter').add(value, attributes);
  meter.createUpDownCounter('bad.int', { valueType: ValueType.INT }).add(1e21, attributes);
  meter.createGauge('bad.gauge').record(value, attributes);
  meter.createHistogram('bad.histogram').record(value, attributes);
}

const WAYS: readonly (readonly [string, Partial<OtlpExporterConfig>, 'official' | 'fast'])[] = [
  ['http/protobuf, official', {}, 'official'],
  ['http/protobuf, fast', {}, 'fast'],
  ['http/json', { protocol: 'http/json' }, 'official'],
  ['grpc, official', { protocol: 'grpc' }, 'official'],
  ['grpc, fast', { protocol: 'grpc' }, 'fast'],
];

type Kept = Pick<OtlpSink, 'url' | 'spans' | 'logs' | 'metrics'>;

async function startSink(
  protocol: OtlpExporterConfig['protocol'],
): Promise<Kept & { readonly bodies: () => string[] }> {
  if (protocol !== 'grpc') {
    const sink = await running.sink();
    const { url } = sink;
    const bodies = (): string[] => sink.requests.map(({ body }) => body.toString('utf8'));
    return { url, spans: () => sink.spans(), logs: () => sink.logs(), metrics: () => sink.metrics(), bodies };
  }
  const sink = await startOtlpGrpcSink();
  grpcSinks.push(sink);
  return { url: sink.url, spans: sink.spans, logs: sink.logs, metrics: sink.metrics, bodies: () => [] };
}

async function start(exporterConfig: Partial<OtlpExporterConfig>, exporter: 'official' | 'fast') {
  const sink = await startSink(exporterConfig.protocol ?? 'http/protobuf');
  const changes = { ...exporterConfig, ...(exporterConfig.protocol === 'grpc' ? { endpoint: sink.url } : {}) };
  const reader = periodicReader(`${sink.url}/v1/metrics`, changes);
  const config = telemetryConfig({
    ...tracesTo(sink.url, changes),
    ...logsTo(sink.url, changes),
    metrics: { readers: [reader], exemplarFilter: 'always_off' },
  });
  return { sink, telemetry: running.start(config, { exporter }) };
}

describe.each(WAYS)('over %s', (_name, exporterConfig, exporter) => {
  test('all good records arrive, whatever bad ones are among them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bad, { minLength: 1, maxLength: 8 }), async (mix) => {
        const { sink, telemetry } = await start(exporterConfig, exporter);
        telemetry.meter.createCounter('good').add(3);
        for (const [index, how] of mix.entries()) {
          telemetry.tracer.startSpan(`good ${index}`).setAttribute('a', index).end();
          telemetry.logger.emit({ body: `good ${index}`, attributes: { a: index } });
          recordBadSpan(telemetry, how);
          recordBadLog(telemetry, how);
          recordBadMetric(telemetry, how);
        }
        await telemetry.shutdown();
        const good = mix.map((_, index) => `good ${index}`);
        expect(sink.spans().map((span) => span.name)).toEqual(expect.arrayContaining(good));
        expect(sink.logs().map(({ body }) => body)).toEqual(expect.arrayContaining(good));
        expect(sink.metrics().find((metric) => metric.name === 'good')?.dataPoints[0]?.value).toBe(3);
        await running.stop();
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  test.each(Object.keys(BAD_VALUES))('the value %s costs no span', async (key) => {
    const { sink, telemetry } = await start(exporterConfig, exporter);
    telemetry.tracer.startSpan('before').end();
    telemetry.tracer.startSpan('bad', { attributes: { value: BAD_VALUES[key] } }).end();
    telemetry.tracer.startSpan('after').end();
    await telemetry.forceFlush();
    expect(sink.spans().map((span) => span.name)).toEqual(['before', 'bad', 'after']);
    for (const body of sink.bodies()) {
      // Half of a pair in an escape is what strict decoders of JSON refuse.
      expect(body).not.toMatch(/\\ud[89a-f]/i);
    }
  });
});

test('measurements that nobody can keep throw at no one, whoever makes the histograms', async () => {
  const sink = await running.sink();
  const reader = periodicReader(`${sink.url}/v1/metrics`, {
    defaultHistogramAggregation: 'base2_exponential_bucket_histogram',
  });
  const telemetry = running.start(telemetryConfig({ metrics: { readers: [reader], exemplarFilter: 'always_off' } }));
  const counter = telemetry.meter.createCounter('good');
  counter.add(3);
  for (const value of Object.values(BAD_VALUES)) {
    counter.add(NaN, { value });
    counter.add(1, { value });
    telemetry.meter.createHistogram('bad').record(value as number, { value });
    telemetry.meter.createGauge('gauge').record(value as number, { value });
  }
  await telemetry.forceFlush();
  const points = sink.metrics().find((metric) => metric.name === 'good')?.dataPoints ?? [];
  expect(points.reduce((sum, { value = NaN }) => sum + value, 0)).toBe(3 + Object.keys(BAD_VALUES).length);
});

describe('JSON says numbers as its mapping of protobuf does', () => {
  test('whole numbers as text, what is none by its name', async () => {
    const sink = await running.sink();
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url, { protocol: 'http/json' })), {
      doubleAttributes: ['score'],
    });
    const values = { nan: NaN, up: Infinity, down: -Infinity, huge: 1e21, whole: 5, half: 0.5, score: 12 };
    telemetry.tracer.startSpan('x', { startTime: [1_700_000_000, 5], attributes: values }).end();
    await telemetry.forceFlush();
    const [span] = JSON.parse(sink.requests[0]!.body.toString()).resourceSpans[0].scopeSpans[0].spans;
    expect(span.startTimeUnixNano).toBe('1700000000000000005');
    expect(
      Object.fromEntries(span.attributes.map(({ key, value }: { key: string; value: object }) => [key, value])),
    ).toEqual({
      nan: { doubleValue: 'NaN' },
      up: { doubleValue: 'Infinity' },
      down: { doubleValue: '-Infinity' },
      huge: { doubleValue: 1e21 },
      whole: { intValue: '5' },
      half: { doubleValue: 0.5 },
      score: { doubleValue: 12 },
    });
  });
});

describe('what can not be encoded', () => {
  test.each(['official', 'fast'] as const)('is dropped alone and counted: %s', async (exporter) => {
    const sink = await running.sink();
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter });
    const lying = { ...VALID, traceState: { serialize: throws } };
    telemetry.tracer.startSpan('good').end();
    telemetry.tracer.startSpan('bad', {}, trace.setSpanContext(ROOT_CONTEXT, lying as never)).end();
    await telemetry.forceFlush();
    expect(sink.spans().map((span) => span.name)).toEqual(['good']);
    expect(telemetry.health().exporters).toMatchObject([
      { state: 'dropping', exported: 1, dropped: { invalid: 1, export_failed: 0 } },
    ]);
  });

  test('is counted on the span that it is left out of', async () => {
    const sink = await running.sink();
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)));
    const links = [{ context: VALID }, {}, null] as unknown as Link[];
    telemetry.tracer.startSpan('x', { links, attributes: { a: 1, b: 2n, c: circle() } }).end();
    await telemetry.forceFlush();
    expect(sink.spans()).toMatchObject([{ droppedAttributesCount: 2, droppedLinksCount: 2, attributes: { a: 1 } }]);
  });
});

describe('a batch that is too large', () => {
  test.each([
    ['a collector that refuses it', 'official', 2_000],
    ['a collector that refuses it', 'fast', 2_000],
    ['what gRPC takes by default', 'fast', 900_000],
  ] as const)('for %s leaves in parts: %s', async (_name, exporter, length) => {
    const limit = length === 2_000 ? 20_000 : 4 * 1024 * 1024;
    const sink = await running.sink({ respond: ({ body }) => (body.length > limit ? { status: 413 } : undefined) });
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter });
    for (let index = 0; index < 20; index += 1) {
      telemetry.tracer.startSpan(`span ${index}`, { attributes: { text: 'x'.repeat(length) } }).end();
    }
    telemetry.tracer.startSpan('alone too large', { attributes: { text: 'x'.repeat(limit - 500) } }).end();
    await telemetry.forceFlush();
    expect(sink.spans().filter((span) => span.name.startsWith('span '))).toHaveLength(20);
  });

  test('by our own bound leaves whole, in as many requests as it takes', async () => {
    const sink = await running.sink();
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)), { exporter: 'fast' });
    const text = 'x'.repeat(2_100_000);
    for (let index = 0; index < 20; index += 1) {
      telemetry.tracer.startSpan(`span ${index}`, { attributes: { a: text.slice(0, 1_050_000), b: text } }).end();
    }
    await telemetry.forceFlush();
    expect(sink.requests).toHaveLength(20);
    expect(telemetry.health().exporters).toMatchObject([{ state: 'ok', exported: 20 }]);
  });

  test('for a collector that refuses everything costs a bounded number of requests', async () => {
    const sink = await running.sink({ respond: () => ({ status: 413 }) });
    const telemetry = running.start(telemetryConfig(tracesTo(sink.url)));
    for (let index = 0; index < 512; index += 1) {
      telemetry.tracer.startSpan('x').end();
    }
    await telemetry.forceFlush();
    expect(sink.requests.length).toBeLessThanOrEqual(32 + 9);
    expect(telemetry.health().exporters).toMatchObject([{ state: 'failing', dropped: { export_failed: 512 } }]);
  });
});
