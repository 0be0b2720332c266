import type { Exemplar, PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { describeWithTools, startPrometheus, type RunningPrometheus } from '@dcc-mcp/test-kit/prometheus';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AggregationType, type MeterProvider } from '@opentelemetry/sdk-metrics';
import * as fc from 'fast-check';
import { HOSTILE_METRICS, recordHostile } from '../families/hostile-metrics.ts';
import { ACCEPT, createBench } from './scrape-kit.ts';
import { serveScrapes, type ScrapeServer } from './scrape-server.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const EXEMPLAR: Exemplar = { value: 0.5, timestampMillis: Date.now(), traceId: TRACE_ID, spanId: '00f067aa0ba902b7' };
const START_MILLIS = 90_000;

/** A gateway's worth of metrics, with exemplars on the counter and the second bucket. */
function createGateway(): PrometheusReader {
  const { provider, reader } = createBench(
    { exemplars: { exemplars: (name) => (name === 'calls' ? [EXEMPLAR] : [undefined, EXEMPLAR]) } },
    { views: [{ instrumentName: 'native', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }] },
  );
  const meter = provider.getMeter('test');
  meter.createCounter('calls').add(42, { 'a.b': 1, a_b: 2, le: 'mine' });
  for (const name of ['duration', 'native']) {
    const histogram = meter.createHistogram(name, { unit: 's', advice: { explicitBucketBoundaries: [0.1, 1, 10] } });
    for (const seconds of [0.05, 0.5, 5, 50]) {
      histogram.record(seconds, { tool: 'open' });
    }
  }
  meter.createGauge('level').record(-0.25);
  recordMany(provider);
  return reader;
}

/** Enough to be streamed. */
function recordMany(provider: MeterProvider): void {
  const many = provider.getMeter('test').createHistogram('many');
  for (let series = 0; series < 1_000; series += 1) {
    many.record(1, { series });
  }
}

async function valueOf(prometheus: RunningPrometheus, query: string): Promise<number | undefined> {
  return (await prometheus.query(query))[0]?.value;
}

describeWithTools({ describe, test }, ['prometheus'])('a real Prometheus', () => {
  const servers: ScrapeServer[] = [];
  let plain: RunningPrometheus;
  let native: RunningPrometheus;

  const label = (index: number): string => `instance="${servers[index]!.target}"`;

  beforeAll(async () => {
    const reader = createGateway();
    servers.push(
      await serveScrapes(reader),
      await serveScrapes(reader, ACCEPT.prometheusText),
      await serveScrapes(reader),
    );
    const [negotiating, text, protobuf] = servers.map(({ target }) => target);
    plain = await startPrometheus({ targets: [negotiating!, text!], features: ['exemplar-storage'] });
    native = await startPrometheus({ targets: [protobuf!], features: ['exemplar-storage', 'native-histograms'] });
    await Promise.all([plain.waitUntilUp(), native.waitUntilUp()]);
  }, START_MILLIS);

  afterAll(async () => {
    await Promise.all([plain?.stop(), native?.stop(), ...servers.map((server) => server.close())]);
  });

  test('negotiates OpenMetrics, and protobuf when it wants native histograms', () => {
    const [negotiating, , protobuf] = servers;
    expect([negotiating!.contentTypes[0], protobuf!.contentTypes[0]]).toEqual([
      expect.stringMatching(/^application\/openmetrics-text; version=1\.0\.0/),
      expect.stringMatching(/^application\/vnd\.google\.protobuf/),
    ]);
  });

  test('is answered with gzip', () => {
    expect(servers[0]!.requests[0]).toMatchObject({ 'accept-encoding': 'gzip' });
  });

  test.each([
    ['OpenMetrics', 0],
    ['text', 1],
  ])('reads %s: counter, gauge, histogram, 1,000 more series', async (_, index) => {
    expect(await valueOf(plain, `calls_total{${label(index)},a_b="2;1",exported_le="mine"}`)).toBeUndefined();
    expect(await valueOf(plain, `calls_total{${label(index)},a_b="1;2",exported_le="mine"}`)).toBe(42);
    expect(await valueOf(plain, `level{${label(index)}}`)).toBe(-0.25);
    expect(await valueOf(plain, `duration_seconds_bucket{${label(index)},le=~"1|1.0"}`)).toBe(2);
    expect(await valueOf(plain, `native_seconds_bucket{${label(index)},le=~"1|1.0"}`)).toBe(2);
    expect(await valueOf(plain, `count(many_count{${label(index)}})`)).toBe(1_000);
  });

  test('finds the exemplars of OpenMetrics', async () => {
    const found = await plain.exemplars('{__name__=~"calls_total|duration_seconds_bucket"}');
    expect(
      found.map(({ seriesLabels, labels, value }) => [seriesLabels['__name__'], labels['trace_id'], value]),
    ).toEqual(
      expect.arrayContaining([
        ['calls_total', TRACE_ID, 0.5],
        ['duration_seconds_bucket', TRACE_ID, 0.5],
      ]),
    );
  });

  test('reads protobuf: counter, gauge, classic buckets', async () => {
    expect(await valueOf(native, 'calls_total{a_b="1;2"}')).toBe(42);
    expect(await valueOf(native, 'level')).toBe(-0.25);
    expect(await valueOf(native, 'duration_seconds_bucket{le="1.0"}')).toBe(2);
    expect(await valueOf(native, 'count(many_count)')).toBe(1_000);
  });

  test('reads the exponential histogram as a native one', async () => {
    const [sample] = await native.query('native_seconds');
    expect(sample?.histogram).toEqual({ count: '4', sum: '55.55' });
    expect(await valueOf(native, 'histogram_quantile(0.5, native_seconds)')).toBeCloseTo(0.5, 0);
  });

  test('finds the exemplars of protobuf', async () => {
    const found = await native.exemplars('calls_total');
    expect(found[0]).toMatchObject({ labels: { trace_id: TRACE_ID }, value: 0.5 });
  });

  test('reads target_info', async () => {
    expect(await valueOf(plain, `count(target_info{service_name=~"unknown_service.*"})`)).toBe(2);
    expect(await valueOf(native, 'target_info')).toBe(1);
  });
});

describeWithTools({ describe, test }, ['prometheus'])('hostile metrics', () => {
  const FORMATS = [ACCEPT.prometheusText, ACCEPT.openMetrics, ACCEPT.protobuf];

  test(
    'never take a real target down, in any format',
    async () => {
      const readers = fc.sample(HOSTILE_METRICS, { numRuns: 20, seed: 11 }).map((metrics) => {
        const { provider, reader } = createBench();
        recordHostile(provider, metrics);
        return reader;
      });
      const servers = await Promise.all(
        readers.flatMap((reader) => FORMATS.map((accept) => serveScrapes(reader, accept))),
      );
      const targets = servers.map(({ target }) => target);
      const prometheus = await startPrometheus({ targets, features: ['native-histograms'] });
      try {
        await prometheus.waitUntilUp();
        const states = await prometheus.targets();
        expect(states.map(({ health, lastError }) => [health, lastError])).toEqual(targets.map(() => ['up', '']));
      } finally {
        await prometheus.stop();
        await Promise.all(servers.map((server) => server.close()));
      }
    },
    START_MILLIS,
  );
});
