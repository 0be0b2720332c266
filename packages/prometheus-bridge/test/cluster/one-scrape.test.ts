import { PrometheusReader, type Exemplar, type MetricSource } from '@dcc-mcp/prometheus-bridge';
import { describe, expect, test } from '@jest/globals';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { ACCEPT, bytesOf, textOf } from '../scrape/scrape-kit.ts';
import { linesOf, settle, startPrimary, startWorker, type TestWorker } from './cluster-kit.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

function startTwo(options: Parameters<typeof startPrimary>[0] = {}): {
  readonly primary: ReturnType<typeof startPrimary>;
  readonly one: TestWorker;
  readonly other: TestWorker;
} {
  const primary = startPrimary(options);
  return { primary, one: startWorker(primary), other: startWorker(primary) };
}

function exemplarAt(timestampMillis: number, traceId: string): Exemplar {
  return { value: 1, timestampMillis, traceId };
}

describe('metrics of all workers in one scrape', () => {
  test('counters of all workers are added', async () => {
    const { primary, one, other } = startTwo();
    one.meter.createCounter('calls').add(2, { tool: 'open' });
    other.meter.createCounter('calls').add(3, { tool: 'open' });
    other.meter.createCounter('calls').add(5, { tool: 'save' });
    await settle();
    expect(await linesOf(primary)).toEqual(['calls_total{tool="open"} 5', 'calls_total{tool="save"} 5']);
  });

  test('what was recorded before the scrape is in it', async () => {
    const { primary, one } = startTwo();
    await settle();
    const calls = one.meter.createCounter('calls');
    for (let count = 1; count <= 3; count += 1) {
      calls.add(1);
      expect(await linesOf(primary)).toEqual([`calls_total ${count}`]);
    }
  });

  test('any worker answers with the metrics of all', async () => {
    const { primary, one, other } = startTwo();
    one.meter.createCounter('calls').add(2);
    other.meter.createCounter('calls').add(3);
    await settle();
    for (const scraped of [primary, one.worker, other.worker]) {
      expect(await linesOf(scraped)).toEqual(['calls_total 5']);
    }
  });

  test('a worker answers every format, compressed when asked, and HEAD without a body', async () => {
    const { primary, one } = startTwo();
    one.meter.createCounter('calls').add(2);
    await settle();
    for (const accept of Object.values(ACCEPT)) {
      const [direct, remote] = [await primary.scrape(accept), await one.worker.scrape(accept)];
      expect(remote.headers).toEqual(direct.headers);
      expect(await bytesOf(remote)).toEqual(await bytesOf(direct));
    }
    const packed = await one.worker.scrape({ accept: ACCEPT.prometheusText, acceptEncoding: 'gzip' });
    const unpacked = new Blob([Buffer.from(await bytesOf(packed))])
      .stream()
      .pipeThrough(new DecompressionStream('gzip'));
    expect(await new Response(unpacked).text()).toContain('calls_total 2');
    expect(await one.worker.scrape({ method: 'HEAD' })).toMatchObject({ status: 200, body: undefined });
    expect(await one.worker.scrape({ method: 'POST' })).toMatchObject({ status: 405 });
    expect(await one.worker.scrape('image/png')).toMatchObject({ status: 406 });
  });

  test('a scrape of many series goes through a worker whole', async () => {
    const { primary, one } = startTwo();
    const many = one.meter.createHistogram('many');
    for (let series = 0; series < 1_500; series += 1) {
      many.record(series, { series });
    }
    await settle();
    const text = await textOf(await one.worker.scrape(ACCEPT.prometheusText));
    expect(text.length).toBeGreaterThan(500_000);
    expect(text).toBe(await textOf(await primary.scrape(ACCEPT.prometheusText)));
  });

  test('the primary adds its own metrics', async () => {
    const reader = new PrometheusReader();
    const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
    const primary = startPrimary({ source: reader });
    const { meter: ofWorker } = startWorker(primary);
    meter.createCounter('calls').add(1);
    ofWorker.createCounter('calls').add(2);
    await settle();
    expect(await linesOf(primary)).toEqual(['calls_total 3']);
  });

  test('histograms are added bucket by bucket', async () => {
    const { primary, one, other } = startTwo();
    const advice = { explicitBucketBoundaries: [1, 10] };
    one.meter.createHistogram('time', { advice }).record(0.5);
    other.meter.createHistogram('time', { advice }).record(0.25);
    other.meter.createHistogram('time', { advice }).record(100);
    await settle();
    expect(await linesOf(primary)).toEqual([
      'time_bucket{le="1"} 2',
      'time_bucket{le="10"} 2',
      'time_bucket{le="+Inf"} 3',
      'time_sum 100.75',
      'time_count 3',
    ]);
  });

  test('native histograms are merged at the coarser scale, with no more buckets than one has', async () => {
    const primary = startPrimary();
    const views = [{ instrumentName: 'time', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } } as const];
    const workers = [1e-9, 1e9].map((value) => {
      const worker = startWorker(primary, { views });
      worker.meter.createHistogram('time').record(value);
      return worker;
    });
    await settle();
    const { resourceMetrics } = await primary.collect();
    const [point] = resourceMetrics.scopeMetrics[0]!.metrics[0]!.dataPoints;
    const value = point!.value as { count: number; scale: number; positive: { bucketCounts: number[] } };
    expect(workers).toHaveLength(2);
    expect(value.count).toBe(2);
    expect(value.positive.bucketCounts.length).toBeLessThanOrEqual(160);
    expect(value.positive.bucketCounts.length).toBeGreaterThan(60);
  });

  test('the newest exemplar of a bucket is shown, whoever kept it', async () => {
    const primary = startPrimary();
    const [older, newer] = ['1'.repeat(32), TRACE_ID];
    const workers = [exemplarAt(2_000, newer), exemplarAt(1_000, older)].map((exemplar) => {
      const worker = startWorker(primary, { exemplars: { exemplars: () => [exemplar] } });
      worker.meter.createCounter('calls').add(1);
      return worker;
    });
    await settle();
    expect((await linesOf(primary, ACCEPT.openMetrics))[0]).toBe(`calls_total 2 # {trace_id="${TRACE_ID}"} 1 2.000`);
    workers[0]!.kill();
    expect((await linesOf(primary, ACCEPT.openMetrics))[0]).toContain(TRACE_ID);
  });

  test('target_info is there once, with what the workers have in common', async () => {
    const primary = startPrimary({ targetInfo: true });
    for (const pid of [1, 2]) {
      startWorker(primary, { resource: resourceFromAttributes({ 'service.name': 'shop', 'process.pid': pid }) });
    }
    await settle();
    expect(await linesOf(primary)).toEqual(['target_info{service_name="shop"} 1']);
  });

  test('labels that look the same are the same, and values that JSON does not have arrive', async () => {
    const { primary, one, other } = startTwo();
    one.meter.createCounter('calls').add(1, { id: 1 });
    other.meter.createCounter('calls').add(2, { id: '1' });
    one.meter.createGauge('level').record(Number.NEGATIVE_INFINITY);
    await settle();
    expect(await linesOf(primary)).toEqual(['calls_total{id="1"} 3', 'level -Inf']);
  });

  test('the start of counting is that of the oldest', async () => {
    const { primary, one, other } = startTwo();
    one.meter.createCounter('calls').add(1);
    await settle();
    await new Promise((resolve) => {
      setTimeout(resolve, 60);
    });
    const startOfOther = Date.now();
    other.meter.createCounter('calls').add(1);
    await settle();
    one.kill();
    const created = (await linesOf(primary, ACCEPT.openMetrics)).find((line) => line.startsWith('calls_created '))!;
    expect(Number(created.split(' ')[1]) * 1_000).toBeLessThan(startOfOther);
  });
});

async function shown(rule: 'sum' | 'max' | 'min' | 'average' | 'last' | 'each' | undefined): Promise<string[]> {
  const { primary, one, other } = startTwo(rule && { gauges: { level: rule } });
  one.meter.createGauge('level').record(4);
  await settle();
  await primary.collect();
  other.meter.createGauge('level').record(2);
  await settle();
  return linesOf(primary);
}

describe('gauges by rule', () => {
  test.each([
    [undefined, ['level 4']],
    ['sum', ['level 6']],
    ['max', ['level 4']],
    ['min', ['level 2']],
    ['average', ['level 3']],
    ['last', ['level 2']],
    ['each', ['level{worker="1"} 4', 'level{worker="2"} 2']],
  ] as const)('%s', async (rule, lines) => {
    expect(await shown(rule)).toEqual(lines);
  });

  test('up-down counters are added unless told otherwise, and end with their worker', async () => {
    const { primary, one, other } = startTwo({ gauges: ({ name }) => (name === 'peak' ? 'max' : undefined) });
    for (const { meter } of [one, other]) {
      meter.createUpDownCounter('open').add(3);
      meter.createUpDownCounter('peak').add(3);
    }
    await settle();
    expect(await linesOf(primary)).toEqual(['open 6', 'peak 3']);
    one.kill();
    expect(await linesOf(primary)).toEqual(['open 3', 'peak 3']);
  });

  test('a worker that takes the place of another takes over its label', async () => {
    const { primary, one } = startTwo({ gauges: { level: 'each' } });
    await settle();
    one.kill();
    startWorker(primary).meter.createGauge('level').record(7);
    await settle();
    expect(await linesOf(primary)).toEqual(['level{worker="1"} 7']);
  });

  test('a rule that does not exist is refused at the start', () => {
    expect(() => startPrimary({ gauges: { level: 'median' as never } })).toThrow(
      'The rule of the gauge "level" must be one of sum, max, min, average, last, each, got "median".',
    );
  });

  test('a series that its worker no longer has is gone', async () => {
    const reader = new PrometheusReader();
    const gauge = new MeterProvider({ readers: [reader] }).getMeter('test').createGauge('state');
    let isGone = false;
    const source: MetricSource = {
      async collect() {
        const collected = await reader.collect();
        const [metric] = collected.resourceMetrics.scopeMetrics[0]!.metrics;
        metric!.dataPoints.splice(isGone ? 1 : 2);
        return collected;
      },
    };
    gauge.record(1, { state: 'up' });
    gauge.record(1, { state: 'down' });
    const primary = startPrimary({ source });
    await settle();
    expect(await linesOf(primary)).toEqual(['state{state="up"} 1', 'state{state="down"} 1']);
    isGone = true;
    expect(await linesOf(primary)).toEqual(['state{state="up"} 1']);
    isGone = false;
    expect(await linesOf(primary)).toEqual(['state{state="up"} 1', 'state{state="down"} 1']);
  });
});
