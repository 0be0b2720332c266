import {
  createScrapeHandler,
  type FinishedScrape,
  PrometheusReader,
  type MetricSource,
  type ScrapeError,
} from '@dcc-mcp/prometheus-bridge';
import { describe, expect, jest, test } from '@jest/globals';
import { ValueType } from '@opentelemetry/api';
import { emptyResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
  type MetricProducer,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { gunzipSync } from 'node:zlib';
import { ACCEPT, bytesOf, createBench, scrapeText, textOf } from './scrape-kit.ts';

/** A reader whose collections wait until they are let go. */
function createGate(source: MetricSource): MetricSource & { readonly open: () => void; readonly count: () => number } {
  let count = 0;
  const waiting: (() => void)[] = [];
  return {
    async collect(options): Promise<CollectionResult> {
      count += 1;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      return source.collect(options);
    },
    open: () => {
      for (const go of waiting.splice(0)) {
        go();
      }
    },
    count: () => count,
  };
}

function produce(metric: Record<string, unknown>): MetricProducer {
  const descriptor = { name: 'x', description: '', unit: '', valueType: ValueType.INT };
  const kind = { dataPointType: DataPointType.SUM, aggregationTemporality: AggregationTemporality.CUMULATIVE };
  const metrics = [{ descriptor, ...kind, isMonotonic: true, ...metric }] as unknown as MetricData[];
  const resourceMetrics = { resource: emptyResource(), scopeMetrics: [{ scope: { name: 'other' }, metrics }] };
  return { collect: async () => ({ resourceMetrics, errors: [] }) };
}

function createHanging(): PrometheusReader {
  const { provider, reader } = createBench();
  const gauge = provider.getMeter('test').createObservableGauge('never');
  gauge.addCallback(() => new Promise(() => {}));
  return reader;
}

function recordManySeries(provider: MeterProvider, count: number): void {
  const histogram = provider.getMeter('test').createHistogram('duration', { unit: 's' });
  for (let series = 0; series < count; series += 1) {
    histogram.record(1, { tool: `maya__tool_${series}` });
  }
}

describe('scrape', () => {
  test('answers 200 with the content type, and what it varies by', async () => {
    const { reader } = createBench();
    expect(await reader.scrape()).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', vary: 'accept, accept-encoding' },
    });
  });

  test('takes a text for the Accept header', async () => {
    const { reader } = createBench();
    expect(await scrapeText(reader, ACCEPT.openMetrics)).toMatch(/# EOF\n$/);
  });

  test('says how long a small body is', async () => {
    const { reader } = createBench();
    const result = await reader.scrape();
    expect(result.headers['content-length']).toBe(String((await bytesOf(result)).length));
  });

  test('answers HEAD as GET, without a body', async () => {
    const { reader } = createBench();
    expect(await reader.scrape({ method: 'HEAD' })).toMatchObject({ status: 200, body: undefined });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'get it'])(
    'answers %s with 405 and what is allowed',
    async (method) => {
      const { reader } = createBench();
      expect(await reader.scrape({ method })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    },
  );

  test('answers 406 with what is offered when nothing is acceptable', async () => {
    const { reader } = createBench();
    const result = await reader.scrape('application/json');
    expect([result.status, await textOf(result)]).toEqual([406, expect.stringContaining('text/plain;version=0.0.4')]);
  });

  test('answers 500 with the reason when collecting fails', async () => {
    const handler = createScrapeHandler(
      { collect: () => Promise.reject(new Error('no memory')) },
      { onError: () => {} },
    );
    const result = await handler.scrape();
    expect([result.status, await textOf(result)]).toEqual([500, 'Collecting the metrics failed: no memory\n']);
  });

  test('answers 500 when the reader was shut down', async () => {
    const { provider, reader } = createBench();
    await provider.shutdown();
    expect((await reader.scrape()).status).toBe(500);
  });

  test('answers 500 when the source throws at once', async () => {
    const source = { collect: () => { throw new Error('at once'); } }; // prettier-ignore
    expect((await createScrapeHandler(source, { onError: () => {} }).scrape()).status).toBe(500);
  });

  test('has no body for HEAD when it fails', async () => {
    const handler = createScrapeHandler({ collect: () => Promise.reject(new Error('no')) }, { onError: () => {} });
    expect(await handler.scrape({ method: 'HEAD' })).toMatchObject({ status: 500, body: undefined });
  });

  test('keeps answering when an observable callback throws, and reports it', async () => {
    const onError = jest.fn<(error: ScrapeError) => void>();
    const { provider, reader } = createBench({ onError });
    const meter = provider.getMeter('test');
    meter.createObservableGauge('bad').addCallback(() => {
      throw new Error('broken');
    });
    meter.createGauge('good').record(1);
    expect(await scrapeText(reader)).toContain('good{');
    expect(onError.mock.calls[0]?.[0]).toMatchObject({ code: 'observable_failed' });
  });
});

describe('the scrape timeout', () => {
  test('is honoured with 503 before the client gives up', async () => {
    const start = performance.now();
    const result = await createHanging().scrape({ timeoutSeconds: '0.2' });
    expect([result.status, performance.now() - start < 200]).toEqual([503, true]);
  });

  test('of the options holds when the client says none', async () => {
    const hanging = { collect: () => new Promise<CollectionResult>(() => {}) };
    const handler = createScrapeHandler(hanging, { timeoutMillis: 50, onError: () => {} });
    expect((await handler.scrape({ timeoutSeconds: 'soon' })).status).toBe(503);
  });

  test('of one scrape does not fail another that has more time', async () => {
    const { reader } = createBench();
    const gate = createGate(reader);
    const handler = createScrapeHandler(gate, { onError: () => {} });
    const patient = handler.scrape({ timeoutSeconds: 30 });
    expect((await handler.scrape({ timeoutSeconds: 0.05 })).status).toBe(503);
    gate.open();
    expect((await patient).status).toBe(200);
  });

  test('does not leave the next scrape waiting for a collection that hangs', async () => {
    let isHanging = true;
    const { reader } = createBench();
    const source: MetricSource = {
      collect: (options) => (isHanging ? new Promise<CollectionResult>(() => {}) : reader.collect(options)),
    };
    const handler = createScrapeHandler(source, { timeoutMillis: 50, onError: () => {} });
    await handler.scrape();
    isHanging = false;
    expect((await handler.scrape()).status).toBe(200);
  });
});

describe('concurrent scrapes', () => {
  test('share one collection, each in its format', async () => {
    const { provider, reader } = createBench();
    provider.getMeter('test').createCounter('calls').add(1);
    const gate = createGate(reader);
    const handler = createScrapeHandler(gate);
    const results = [handler.scrape(ACCEPT.prometheusText), handler.scrape(ACCEPT.openMetrics), handler.scrape()];
    gate.open();
    const texts = await Promise.all(results.map(async (result) => textOf(await result)));
    expect([gate.count(), texts.map((text) => text.endsWith('# EOF\n'))]).toEqual([1, [false, true, false]]);
  });

  test('do not share one that is over', async () => {
    const { provider, reader } = createBench();
    const counter = provider.getMeter('test').createCounter('calls');
    counter.add(1);
    await reader.scrape();
    counter.add(1);
    expect(await scrapeText(reader)).toMatch(/calls_total\{.*\} 2\n/);
  });
});

describe('large scrapes', () => {
  test('are streamed, and the whole is what a small one would be', async () => {
    const { provider, reader } = createBench({ cardinalityLimit: 5_000 });
    recordManySeries(provider, 2_000);
    const result = await reader.scrape();
    expect(result.body).toBeInstanceOf(ReadableStream);
    expect((await textOf(result)).match(/_count\{/g)).toHaveLength(2_000);
  });

  test('let timers run while they are rendered', async () => {
    const { provider, reader } = createBench({ cardinalityLimit: 20_000 });
    recordManySeries(provider, 10_000);
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await bytesOf(await reader.scrape());
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });

  test('stop when the client goes away', async () => {
    const { provider, reader } = createBench();
    recordManySeries(provider, 1_500);
    const { body } = await reader.scrape();
    await expect((body as ReadableStream).cancel()).resolves.toBeUndefined();
  });

  test.each([1, 1_500])('are compressed with gzip when asked (%i series)', async (series) => {
    const { provider, reader } = createBench();
    recordManySeries(provider, series);
    const plain = await scrapeText(reader);
    const result = await reader.scrape({ acceptEncoding: 'br, gzip;q=0.5' });
    expect(result.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(await bytesOf(result)).toString()).toBe(plain);
  });

  test.each([undefined, '', 'br', 'gzip;q=0', 'identity'])(
    'are not compressed for Accept-Encoding: %s',
    async (accepted) => {
      const { reader } = createBench();
      const result = await reader.scrape(accepted === undefined ? {} : { acceptEncoding: accepted });
      expect(result.headers).not.toHaveProperty('content-encoding');
    },
  );
});

describe('self-metrics', () => {
  test('tell of the last scrape: seconds, bytes, series', async () => {
    const telemetry = new PrometheusReader();
    const selfMeter = new MeterProvider({ readers: [telemetry] }).getMeter('self');
    const { provider, reader } = createBench({ selfMeter, targetInfo: false });
    provider.getMeter('test').createCounter('calls').add(1, { a: 1 });
    const { length } = await bytesOf(await reader.scrape());
    const text = await scrapeText(telemetry);
    expect(text).toMatch(/^dcc_mcp_scrape_duration_seconds\{.*\} 0\.\d+$/m);
    expect(text).toMatch(new RegExp(String.raw`^dcc_mcp_scrape_bytes\{.*\} ${length}$`, 'm'));
    expect(text).toMatch(/^dcc_mcp_scrape_series\{.*\} 1$/m);
  });

  test('are zero before the first scrape', async () => {
    const { provider, reader } = createBench();
    createScrapeHandler(reader, { selfMeter: provider.getMeter('self') });
    expect(await scrapeText(reader)).toMatch(/^dcc_mcp_scrape_bytes\{.*\} 0$/m);
  });
});

test('onScraped is told of each finished scrape, and of none that was refused', async () => {
  const onScraped = jest.fn<(scrape: FinishedScrape) => void>();
  const { provider, reader } = createBench({ onScraped, targetInfo: false });
  provider.getMeter('test').createCounter('calls').add(1, { a: 1 });
  await reader.scrape({ method: 'POST' });
  const { length } = await bytesOf(await reader.scrape());
  expect(onScraped.mock.calls).toEqual([[{ durationSeconds: expect.any(Number), bytes: length, series: 1 }]]);
});

describe('reports', () => {
  test('come once per cause', async () => {
    const onError = jest.fn<(error: ScrapeError) => void>();
    const { provider, reader } = createBench({ onError });
    provider.getMeter('a').createCounter('calls').add(1);
    provider.getMeter('b').createGauge('calls_total').record(1);
    await reader.scrape();
    await reader.scrape();
    expect(onError.mock.calls.map(([error]) => error.code)).toEqual(['type_conflict']);
  });

  test('name delta temporality, which is left out', async () => {
    const onError = jest.fn<(error: ScrapeError) => void>();
    const source = new PeriodicExportingMetricReader({
      exporter: new InMemoryMetricExporter(AggregationTemporality.DELTA),
      exportIntervalMillis: 3_600_000,
    });
    const provider = new MeterProvider({ readers: [source] });
    provider.getMeter('test').createCounter('calls').add(1);
    const text = await textOf(await createScrapeHandler(source, { onError }).scrape());
    await provider.shutdown();
    expect([text.includes('calls_total'), onError.mock.calls[0]?.[0].code]).toEqual([false, 'unsupported_point']);
  });
});

describe('the resource', () => {
  test('is complete although its detection ends after the scrape began', async () => {
    const late = new Promise<string>((resolve) => {
      setTimeout(() => {
        resolve('h-1');
      }, 20);
    });
    const { reader } = createBench({}, { resource: resourceFromAttributes({ 'host.id': late }) });
    expect(await scrapeText(reader)).toContain('host_id="h-1"');
  });
});

describe('an exemplar source that throws', () => {
  test('loses its exemplars, not the scrape', async () => {
    const exemplars = { exemplars: () => { throw new Error('broken'); } }; // prettier-ignore
    const { provider, reader } = createBench({ exemplars });
    provider.getMeter('test').createCounter('calls').add(1);
    expect(await scrapeText(reader, ACCEPT.openMetrics)).toMatch(/calls_total\{.*\} 1\n/);
  });
});

describe('attributes that are changed after they were recorded', () => {
  test('do not change the series', async () => {
    const { provider, reader } = createBench();
    const attributes: Record<string, string> = { tool: 'open' };
    provider.getMeter('test').createCounter('calls').add(1, attributes);
    const before = await scrapeText(reader);
    attributes['tool'] = 'changed';
    expect(await scrapeText(reader)).toBe(before);
  });
});

describe('a metric producer outside the SDK', () => {
  test('may give big integers, as values and as attributes', async () => {
    const point = { startTime: [0, 0], endTime: [0, 0], attributes: { id: 2n ** 64n }, value: 7n };
    const { reader } = createBench({ scopeLabels: false, metricProducers: [produce({ dataPoints: [point] })] });
    expect(await scrapeText(reader)).toContain('x_total{id="18446744073709551616"} 7\n');
  });

  test('loses an attribute that is circular, and nothing else', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const point = { startTime: [0, 0], endTime: [0, 0], attributes: { circular }, value: 1 };
    const { reader } = createBench({ scopeLabels: false, metricProducers: [produce({ dataPoints: [point] })] });
    expect(await scrapeText(reader)).toContain('x_total{circular="[unserializable]"} 1\n');
  });

  test('is left out when it gives points of no known kind', async () => {
    const { reader } = createBench({ metricProducers: [produce({ dataPoints: [{ attributes: {}, value: 'many' }] })] });
    expect(await scrapeText(reader)).not.toContain('x_total');
  });

  test.each<[string, object]>([
    ['points that are no list', { dataPoints: 'none' }],
    ['no descriptor', { descriptor: undefined }],
    ['no unit', { descriptor: { name: 'x', description: '' } }],
    ['points without attributes', { dataPoints: [{ startTime: [0, 0], value: 1 }] }],
    ['points without a start', { dataPoints: [{ attributes: {}, value: 1 }] }],
    ['a type that nobody knows', { dataPointType: 9 }],
    ['numbers called a histogram', { dataPointType: DataPointType.HISTOGRAM }],
  ])('that gives %s loses that metric, the others stay, and it is told', async (_, malformed) => {
    const codes: string[] = [];
    const onError = ({ code }: { readonly code: string }): void => void codes.push(code);
    const point = { startTime: [0, 0], endTime: [0, 0], attributes: {}, value: 1 };
    const metricProducers = [produce({ dataPoints: [point], ...malformed })];
    const { reader, provider } = createBench({ metricProducers, onError });
    provider.getMeter('test').createCounter('calls').add(1);
    const text = await scrapeText(reader);
    expect([text.includes('x_total'), text.includes('calls_total{')]).toEqual([false, true]);
    expect(codes).toEqual(['unsupported_point']);
  });

  test('makes it 500 with the reason when what was collected is no metric data at all', async () => {
    const resourceMetrics = { resource: {}, scopeMetrics: 'none' } as unknown as ResourceMetrics;
    const result = await createScrapeHandler({ collect: async () => ({ resourceMetrics, errors: [] }) }).scrape({});
    expect([result.status, await textOf(result)]).toEqual([
      500,
      expect.stringMatching(/^Rendering the metrics failed/),
    ]);
  });
});
