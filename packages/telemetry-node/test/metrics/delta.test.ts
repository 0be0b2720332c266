import { describe, expect, test } from '@jest/globals';
import type { Meter } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  MeterProvider,
  type ExponentialHistogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import { toDelta, type DeltaState } from '../../src/metrics/delta.ts';
import { PushReader } from '../../src/metrics/shared-reader.ts';

function createReader(aggregation: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram') {
  const reader = new PushReader(aggregation, { ready: () => Promise.resolve(), cardinalityLimit: undefined });
  const meter = new MeterProvider({ readers: [reader], resource: emptyResource() }).getMeter('t');
  return { meter, collect: async () => (await reader.collect()).resourceMetrics };
}

function find(metrics: ResourceMetrics, name: string): MetricData | undefined {
  return metrics.scopeMetrics.flatMap((scope) => scope.metrics).find((metric) => metric.descriptor.name === name);
}

function values(metrics: ResourceMetrics, name: string): unknown[] {
  return find(metrics, name)?.dataPoints.map((point) => point.value) ?? [];
}

async function twoIntervals(
  temporality: 'delta' | 'lowmemory',
  record: (meter: Meter, interval: number) => void,
  aggregation: Parameters<typeof createReader>[0] = 'explicit_bucket_histogram',
) {
  const { meter, collect } = createReader(aggregation);
  record(meter, 1);
  const first = toDelta(await collect(), new Map(), temporality);
  record(meter, 2);
  const second = toDelta(await collect(), first.state, temporality);
  return { first, second, collect, temporality };
}

describe('toDelta', () => {
  test('gives what a counter counted since the last collection, from its end on', async () => {
    const { first, second } = await twoIntervals('delta', (meter, interval) => {
      meter.createCounter('c').add(interval * 10, { a: 1 });
    });
    expect(values(first.metrics, 'c')).toEqual([10]);
    expect(values(second.metrics, 'c')).toEqual([20]);
    const [before] = find(first.metrics, 'c')!.dataPoints;
    const [after] = find(second.metrics, 'c')!.dataPoints;
    expect(after?.startTime).toEqual(before?.endTime);
    expect(find(second.metrics, 'c')?.aggregationTemporality).toBe(AggregationTemporality.DELTA);
  });

  test('has no point for a series without news', async () => {
    const { first, collect } = await twoIntervals('delta', (meter) => {
      meter.createCounter('c').add(1);
    });
    const second = toDelta(await collect(), first.state, 'delta');
    const third = toDelta(await collect(), second.state, 'delta');
    expect(values(third.metrics, 'c')).toEqual([]);
  });

  test('subtracts buckets, count and sum of histograms', async () => {
    const { second } = await twoIntervals('delta', (meter, interval) => {
      meter.createHistogram('h', { advice: { explicitBucketBoundaries: [5] } }).record(interval === 1 ? 3 : 8);
    });
    expect(values(second.metrics, 'h')).toEqual([{ buckets: { boundaries: [5], counts: [0, 1] }, count: 1, sum: 8 }]);
  });

  test('leaves gauges and up-down counters as they are', async () => {
    const { second } = await twoIntervals('delta', (meter, interval) => {
      meter.createUpDownCounter('u').add(interval);
      meter.createGauge('g').record(interval);
    });
    expect(values(second.metrics, 'u')).toEqual([3]);
    expect(find(second.metrics, 'u')?.aggregationTemporality).toBe(AggregationTemporality.CUMULATIVE);
    expect(values(second.metrics, 'g')).toEqual([2]);
  });

  test.each([
    ['delta', 5],
    ['lowmemory', 15],
  ] as const)('gives an observable counter as %s asks', async (temporality, expected) => {
    let total = 10;
    let isRegistered = false;
    const { second } = await twoIntervals(temporality, (meter, interval) => {
      if (interval === 2) {
        total = 15;
      }
      if (isRegistered) {
        return;
      }
      isRegistered = true;
      meter.createObservableCounter('o').addCallback((result) => {
        result.observe(total);
      });
    });
    expect(values(second.metrics, 'o')).toEqual([expected]);
  });

  test('counts a fallen value from its own start', async () => {
    let total = 10;
    const { meter, collect } = createReader('explicit_bucket_histogram');
    meter.createObservableCounter('o').addCallback((result) => {
      result.observe(total);
    });
    const first = toDelta(await collect(), new Map(), 'delta');
    total = 4;
    expect(values(toDelta(await collect(), first.state, 'delta').metrics, 'o')).toEqual([4]);
  });

  test('keeps what was not accepted in the next difference', async () => {
    const { meter, collect } = createReader('explicit_bucket_histogram');
    const counter = meter.createCounter('c');
    counter.add(1);
    const accepted = toDelta(await collect(), new Map(), 'delta');
    counter.add(2);
    toDelta(await collect(), accepted.state, 'delta');
    counter.add(4);
    expect(values(toDelta(await collect(), accepted.state, 'delta').metrics, 'c')).toEqual([6]);
  });
});

/** Counts by bucket at the coarser of two scales, so that two histograms can be compared. */
function atScale(histogram: ExponentialHistogram, scale: number): Record<string, number> {
  const counts: Record<string, number> = { zero: histogram.zeroCount };
  for (const sign of ['positive', 'negative'] as const) {
    for (const [index, count] of histogram[sign].bucketCounts.entries()) {
      const key = `${sign}${(histogram[sign].offset + index) >> (histogram.scale - scale)}`;
      if (count > 0) {
        counts[key] = (counts[key] ?? 0) + count;
      }
    }
  }
  return counts;
}

describe('toDelta of exponential histograms', () => {
  const measurement = fc.oneof(
    fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    fc.double({ min: 1, max: 2, noNaN: true }),
    fc.constant(0),
  );

  test('equals a histogram of the second interval alone, at the coarser scale', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(measurement, { maxLength: 30 }),
        fc.array(measurement, { minLength: 1, maxLength: 30 }),
        async (before, after) => {
          const whole = createReader('base2_exponential_bucket_histogram');
          const alone = createReader('base2_exponential_bucket_histogram');
          const histogram = whole.meter.createHistogram('h');
          for (const item of before) {
            histogram.record(item);
          }
          const state: DeltaState = toDelta(await whole.collect(), new Map(), 'delta').state;
          for (const item of after) {
            histogram.record(item);
            alone.meter.createHistogram('h').record(item);
          }
          const [delta] = values(toDelta(await whole.collect(), state, 'delta').metrics, 'h') as ExponentialHistogram[];
          const [expected] = values(await alone.collect(), 'h') as ExponentialHistogram[];
          const scale = Math.min(delta!.scale, expected!.scale);
          expect(delta?.count).toBe(after.length);
          expect(atScale(delta!, scale)).toEqual(atScale(expected!, scale));
        },
      ),
      { numRuns: 60 },
    );
  });
});
