import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { decodeMetricFamilies } from '@dcc-mcp/test-kit/metric-family-decode';
import { describe, expect, test } from '@jest/globals';
import type { Meter } from '@opentelemetry/api';
import {
  AggregationTemporality,
  AggregationType,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import { ACCEPT, bytesOf, scrapeText } from '../scrape/scrape-kit.ts';
import { parseExposition } from '../text/exposition-grammar.ts';

/** One instrument of each kind, with a few series. */
const KINDS: Readonly<Record<string, (meter: Meter) => void>> = {
  counter(meter) {
    const counter = meter.createCounter('x');
    for (const value of [1, 2, 0.5]) {
      counter.add(value, { a: 1 });
    }
    counter.add(7, { a: 2 });
  },
  'up-down counter'(meter) {
    const counter = meter.createUpDownCounter('x');
    for (const value of [5, -7]) {
      counter.add(value, { a: 1 });
    }
  },
  gauge(meter) {
    for (const value of [1, -2.25]) {
      meter.createGauge('x').record(value, { a: 1 });
    }
  },
  histogram(meter) {
    const histogram = meter.createHistogram('x', { advice: { explicitBucketBoundaries: [0.1, 1, 10] } });
    for (const value of [0.05, 0.1, 0.7, 100]) {
      histogram.record(value, { a: 1 });
    }
    histogram.record(3, { a: 2 });
  },
  'observable counter'(meter) {
    meter.createObservableCounter('x').addCallback((result) => {
      result.observe(11, { a: 1 });
    });
  },
  'observable up-down counter'(meter) {
    meter.createObservableUpDownCounter('x').addCallback((result) => {
      result.observe(-11, { a: 1 });
    });
  },
  'observable gauge'(meter) {
    meter.createObservableGauge('x').addCallback((result) => {
      result.observe(1.5, { a: 1 });
      result.observe(2.5, { a: 2 });
    });
  },
};

interface Readings {
  readonly pulled: PrometheusReader;
  /** What the push exporter got. */
  readonly pushed: () => Promise<MetricData>;
}

/** Two readers of one provider, as pull and push are in a gateway. */
function createReadings(record: (meter: Meter) => void, aggregation = AggregationType.DEFAULT): Readings {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const push = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const pulled = new PrometheusReader({ scopeLabels: false, targetInfo: false });
  const views =
    aggregation === AggregationType.DEFAULT ? [] : [{ instrumentName: 'x', aggregation: { type: aggregation } }];
  const provider = new MeterProvider({ readers: [pulled, push], views: views });
  record(provider.getMeter('test'));
  return {
    pulled,
    async pushed() {
      await provider.forceFlush();
      const metric = exporter.getMetrics()[0]!.scopeMetrics[0]!.metrics[0]!;
      await push.shutdown();
      return metric;
    },
  };
}

/** The lines that the values of an export mean, without names: labels and number. */
function toLines(metric: MetricData): string[] {
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) {
    throw new Error('compared by its own test');
  }
  if (metric.dataPointType !== DataPointType.HISTOGRAM) {
    return metric.dataPoints.map(({ attributes, value }) => `a=${String(attributes['a'])} ${value}`);
  }
  return metric.dataPoints.flatMap(({ attributes, value }) => {
    const a = `a=${String(attributes['a'])}`;
    const bounds = [...value.buckets.boundaries, Infinity];
    let total = 0;
    const buckets = bounds.map((bound, index) => `${a} le=${bound} ${(total += value.buckets.counts[index]!)}`);
    return [...buckets, `${a} ${value.sum}`, `${a} ${value.count}`];
  });
}

describe('a scrape at rest gives the values of an OTLP export', () => {
  test.each(Object.entries(KINDS))('%s', async (_, record) => {
    const { pulled, pushed } = createReadings(record);
    const [family] = parseExposition(await scrapeText(pulled), 'prometheus');
    const lines = family!.samples.map(({ labels, value }) => {
      const bound = labels.has('le') ? ` le=${labels.get('le')!.replace('+Inf', 'Infinity')}` : '';
      return `a=${labels.get('a')}${bound} ${value}`;
    });
    expect(lines).toEqual(toLines(await pushed()));
  });

  test('exponential histogram: count, sum and every bucket', async () => {
    const { pulled, pushed } = createReadings((meter) => {
      const histogram = meter.createHistogram('x');
      for (let value = 0; value < 200; value += 1) {
        histogram.record(value * value * 0.01);
      }
    }, AggregationType.EXPONENTIAL_HISTOGRAM);
    const [family] = decodeMetricFamilies(await bytesOf(await pulled.scrape(ACCEPT.protobuf)));
    const { histogram } = (family!['metric'] as { histogram: Record<string, never> }[])[0]!;
    const metric = await pushed();
    if (metric.dataPointType !== DataPointType.EXPONENTIAL_HISTOGRAM) {
      throw new Error('not exponential');
    }
    const { count, sum, scale, zeroCount, positive } = metric.dataPoints[0]!.value;
    const filled = positive.bucketCounts.flatMap((each, index) =>
      each > 0 ? [[positive.offset + index + 1, each]] : [],
    );
    expect(histogram).toMatchObject({ sample_count: count, sample_sum: sum, schema: scale, zero_count: zeroCount });
    expect(readSparse(histogram)).toEqual(filled);
  });
});

/** Index and count of each bucket that a native histogram fills. */
function readSparse(histogram: Record<string, never>): number[][] {
  const { positive_span: spans, positive_delta: deltas } = histogram as unknown as {
    positive_span: { offset: number; length: number }[];
    positive_delta: number[];
  };
  const counts = deltas.map((_, index) => deltas.slice(0, index + 1).reduce((total, delta) => total + delta, 0));
  const indexes: number[] = [];
  for (const { offset, length } of spans) {
    const start = (indexes.at(-1) ?? -1) + 1 + offset;
    for (let index = 0; index < length; index += 1) {
      indexes.push(start + index);
    }
  }
  return indexes.map((index, position) => [index, counts[position]!]);
}
