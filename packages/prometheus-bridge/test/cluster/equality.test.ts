import { PrometheusReader, type ScrapeHandler } from '@dcc-mcp/prometheus-bridge';
import { describe, expect, test } from '@jest/globals';
import type { Attributes, Meter } from '@opentelemetry/api';
import {
  AggregationType,
  MeterProvider,
  type CollectionResult,
  type DataPoint,
  type ExponentialHistogram,
} from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import { ACCEPT, textOf } from '../scrape/scrape-kit.ts';
import { parseExposition } from '../text/exposition-grammar.ts';
import { settle, startPrimary, startWorker, type TestWorker } from './cluster-kit.ts';

const VIEWS = [{ instrumentName: 'native', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } } as const];
const KINDS = ['calls', 'time', 'native', 'open'] as const;

interface Recording {
  readonly worker: number;
  readonly kind: (typeof KINDS)[number];
  readonly value: number;
  readonly attributes: Attributes;
}

/** Steps: a recording, or the number of a worker that is killed and replaced. */
type Step = Recording | number;

// Sums of such values are exact whatever their order.
const VALUE = fc.oneof(
  fc.integer({ min: 0, max: 1_000 }),
  fc.integer({ min: 0, max: 40 }).map((power) => 2 ** (power - 20)),
);
const RECORDING: fc.Arbitrary<Recording> = fc.record({
  worker: fc.nat(3),
  kind: fc.constantFrom(...KINDS),
  value: VALUE,
  attributes: fc.dictionary(
    fc.constantFrom('tool', 'a.b', 'a_b', 'le'),
    fc.oneof(fc.nat(2), fc.constantFrom('x', 'é"\n', '')),
    {
      maxKeys: 2,
    },
  ),
});

function record(meter: Meter, { kind, value, attributes }: Recording): void {
  if (kind === 'calls') {
    meter.createCounter('calls', { unit: '{call}' }).add(value, attributes);
  } else if (kind === 'open') {
    meter.createUpDownCounter('open').add(value, attributes);
  } else {
    const advice = kind === 'time' ? { advice: { explicitBucketBoundaries: [0.25, 1, 32, 500] } } : {};
    meter.createHistogram(kind, { unit: 's', ...advice }).record(value, attributes);
  }
}

interface Played {
  readonly lines: string[];
  readonly native: ExponentialHistogram | undefined;
}

/** The one native histogram. */
function nativeOf({ resourceMetrics }: CollectionResult): ExponentialHistogram | undefined {
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const points = metrics
    .filter(({ descriptor }) => descriptor.name === 'native')
    .flatMap(({ dataPoints }) => dataPoints as readonly DataPoint<unknown>[]);
  return points[0]?.value as ExponentialHistogram | undefined;
}

/** Each series with its value; the order of labels and of lines says nothing. */
async function readLines(scraped: ScrapeHandler): Promise<string[]> {
  const text = await textOf(await scraped.scrape(ACCEPT.prometheusText));
  const samples = parseExposition(text, 'prometheus').flatMap((family) => family.samples);
  return samples
    .map(({ name, labels, value }) =>
      JSON.stringify([name, [...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)), value]),
    )
    .toSorted();
}

async function playInWorkers(steps: readonly Step[]): Promise<Played> {
  const primary = startPrimary({ withStartTimestamps: false });
  const workers: TestWorker[] = [0, 1, 2, 3].map(() => startWorker(primary, { views: VIEWS }));
  await settle();
  for (const step of steps) {
    if (typeof step === 'number') {
      await workers[step]!.worker.push();
      await settle();
      workers[step]!.kill();
      workers[step] = startWorker(primary, { views: VIEWS });
    } else {
      record(workers[step.worker]!.meter, step);
    }
  }
  await settle();
  return { lines: await readLines(primary), native: nativeOf(await primary.collect()) };
}

async function playInOne(steps: readonly Step[]): Promise<Played> {
  const reader = new PrometheusReader({
    scopeLabels: false,
    targetInfo: false,
    withStartTimestamps: false,
    onError: () => {},
  });
  const meter = new MeterProvider({ readers: [reader], views: VIEWS }).getMeter('test');
  for (const step of steps.filter((each) => typeof each !== 'number')) {
    record(meter, step);
  }
  return { lines: await readLines(reader), native: nativeOf(await reader.collect()) };
}

describe('the scrape of several workers', () => {
  test('is that of one process in which everything was recorded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(RECORDING, { maxLength: 40 }), async (steps) => {
        const [merged, whole] = [await playInWorkers(steps), await playInOne(steps)];
        expect(merged.lines).toEqual(whole.lines);
      }),
      { numRuns: 150 },
    );
  });

  test('is so also when workers are killed and others come in their place', async () => {
    const step = fc.oneof({ weight: 6, arbitrary: RECORDING }, { weight: 1, arbitrary: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const counted = steps.filter((each) => typeof each === 'number' || each.kind !== 'open');
        const [merged, whole] = [await playInWorkers(counted), await playInOne(counted)];
        expect(merged.lines).toEqual(whole.lines);
      }),
      { numRuns: 100 },
    );
  });

  test('has the native histograms of one process, bucket by bucket', async () => {
    const recording = fc.record({
      worker: fc.nat(3),
      kind: fc.constant('native' as const),
      value: VALUE,
      attributes: fc.constant({}),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(recording, { minLength: 1, maxLength: 30 }), async (steps) => {
        const [merged, whole] = [(await playInWorkers(steps)).native!, (await playInOne(steps)).native!];
        const { count, sum, zeroCount } = whole;
        expect(merged).toMatchObject({ count, sum, zeroCount });
        // Where it widens its buckets one by one, the SDK may stay a step finer than it needs to be, or the other way.
        expect(hasBuckets(whole) ? Math.abs(whole.scale - merged.scale) : 0).toBeLessThanOrEqual(1);
        const scale = Math.min(whole.scale, merged.scale);
        expect(bucketsAt(scale, merged)).toEqual(bucketsAt(scale, whole));
      }),
      { numRuns: 100 },
    );
  });
});

function hasBuckets({ positive }: ExponentialHistogram): boolean {
  return positive.bucketCounts.length > 0;
}

/** Buckets by index, at a scale that is no finer; empty ones say nothing. */
function bucketsAt(scale: number, histogram: ExponentialHistogram): Map<number, number> {
  const { offset, bucketCounts } = histogram.positive;
  const width = 2 ** (histogram.scale - scale);
  const buckets = new Map<number, number>();
  for (const [position, count] of bucketCounts.entries()) {
    const index = Math.floor((offset + position) / width);
    if (count > 0) {
      buckets.set(index, (buckets.get(index) ?? 0) + count);
    }
  }
  return buckets;
}
