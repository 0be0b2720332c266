// The histograms of this package against those of the official SDK: a collection shows the same.
import { readTelemetryConfig } from '@dcc-mcp/telemetry-config';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { type Attributes, type Histogram, type Meter, ValueType } from '@opentelemetry/api';
import { AggregationTemporality, MeterProvider, type MetricData, MetricReader } from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import { startTelemetry, type Telemetry } from '../../src/index.ts';

class OfficialReader extends MetricReader {
  protected override onForceFlush = () => Promise.resolve();
  protected override onShutdown = () => Promise.resolve();
}

const LIMIT = 4;
let telemetry: Telemetry | undefined;

afterEach(async () => {
  jest.restoreAllMocks();
  await telemetry?.shutdown();
  telemetry = undefined;
});

function startOurs(env: Record<string, string> = {}): Telemetry {
  const { values } = readTelemetryConfig(env);
  telemetry = startTelemetry(values, { pull: true, cardinalityLimit: LIMIT });
  return telemetry;
}

function startOfficial() {
  const reader = new OfficialReader({
    aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
    cardinalitySelector: () => LIMIT,
  });
  return { reader, meter: new MeterProvider({ readers: [reader] }).getMeter('m') };
}

async function collect(reader: MetricReader | undefined): Promise<MetricData[]> {
  const { resourceMetrics } = (await reader?.collect()) ?? {};
  return (
    resourceMetrics?.scopeMetrics.filter(({ scope }) => scope.name === 'm').flatMap(({ metrics }) => metrics) ?? []
  );
}

const boundaries = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(Infinity, -Infinity, 0.5)), {
  maxLength: 5,
});
const options = fc.record(
  {
    description: fc.string(),
    unit: fc.constantFrom('s', 'By'),
    valueType: fc.constantFrom(ValueType.INT, ValueType.DOUBLE),
    advice: fc.record({ explicitBucketBoundaries: boundaries }, { requiredKeys: [] }),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const measurement = fc.record({
  value: fc.oneof(
    fc.double({ min: -1, max: 10, noNaN: true }),
    fc.integer({ min: 0, max: 10 }),
    fc.constantFrom<unknown>(NaN, 0, -0, '5', null, 3n),
  ),
  attributes: fc.oneof(
    fc.constant(undefined),
    fc.record(
      { a: fc.constantFrom('x', 'y'), b: fc.constantFrom('1', 2) },
      { requiredKeys: [], noNullPrototype: true },
    ),
  ),
  isBound: fc.boolean(),
});
type Measurement = typeof measurement extends fc.Arbitrary<infer T> ? T : never;

function record(histogram: Histogram, { value, attributes, isBound }: Measurement): void {
  const measured = value as number;
  const canBind = isBound && 'bind' in histogram && typeof histogram.bind === 'function';
  if (canBind) {
    (histogram as Histogram & { bind(a?: Attributes): Histogram }).bind(attributes).record(measured);
  } else {
    histogram.record(measured, attributes);
  }
}

describe('a histogram of this package', () => {
  test('collects as the same values do in one of the official SDK, bound or not', async () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_500);
    await fc.assert(
      fc.asyncProperty(options, fc.array(measurement, { maxLength: 30 }), async (given, measurements) => {
        const ours = startOurs();
        const official = startOfficial();
        for (const meter of [ours.meterFor('m'), official.meter]) {
          const histogram = meter.createHistogram('h', given);
          for (const each of measurements) {
            record(histogram, each);
          }
        }
        expect(await collect(ours.metricReader)).toEqual(await collect(official.reader));
        await ours.shutdown();
      }),
      { numRuns: 300 },
    );
  });

  test('is the same one for the same name, and what was collected stays as it was', async () => {
    const { meter, reader } = meterOfOurs();
    meter.createHistogram('H', { unit: 's' }).record(1);
    const before = await collect(reader);
    meter.createHistogram('h', { unit: 's' }).record(2);
    expect(before[0]?.dataPoints[0]?.value).toMatchObject({ count: 1, sum: 1 });
    expect((await collect(reader))[0]?.dataPoints[0]?.value).toMatchObject({ count: 2, sum: 3 });
  });

  test('shows one list of boundaries for all its series and collections, as the SDK does', async () => {
    const { meter, reader } = meterOfOurs();
    const histogram = meter.createHistogram('h');
    for (const tool of ['a', 'b']) {
      histogram.record(1, { tool });
    }
    const collections = [await collect(reader), await collect(reader)];
    const lists = collections.flat().flatMap(({ dataPoints }) => dataPoints.map(boundariesOf));
    expect(lists).toHaveLength(4);
    expect(new Set(lists).size).toBe(1);
  });

  test('stands in the scope of its meter beside the counters', async () => {
    const { meter, reader } = meterOfOurs();
    meter.createCounter('c').add(1);
    meter.createHistogram('h').record(1);
    const { resourceMetrics } = await reader!.collect();
    const scopes = resourceMetrics.scopeMetrics.filter(({ scope }) => scope.name === 'm');
    expect(scopes.map(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name))).toEqual([['c', 'h']]);
  });

  test('leaves exponential histograms to the SDK', async () => {
    const ours = startOurs({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
    });
    expect(ours.meterFor('m').createHistogram('h')).not.toHaveProperty('bind');
  });
});

function meterOfOurs(): { readonly meter: Meter; readonly reader: MetricReader | undefined } {
  const ours = startOurs();
  return { meter: ours.meterFor('m'), reader: ours.metricReader };
}

function boundariesOf({ value }: MetricData['dataPoints'][number]): readonly number[] | undefined {
  return typeof value === 'object' && 'buckets' in value ? value.buckets.boundaries : undefined;
}
