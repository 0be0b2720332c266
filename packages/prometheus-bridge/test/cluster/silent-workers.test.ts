import { type MetricSource, PrometheusReader, ScrapeError } from '@dcc-mcp/prometheus-bridge';
import { createMetricsWorker } from '@dcc-mcp/prometheus-bridge/cluster';
import { describe, expect, test } from '@jest/globals';
import { type CollectionResult, MeterProvider } from '@opentelemetry/sdk-metrics';
import { textOf } from '../scrape/scrape-kit.ts';
import { linesOf, settle, startPrimary, startWorker, Wire } from './cluster-kit.ts';

const KIND = 'dcc-mcp.metrics';
/** Longer than a busy machine takes for anything here, and less than a scrape waits for a worker that may take any time. */
const LONG_MILLIS = 5_000;
const INCOMPLETE = 'dcc_mcp_scrape_incomplete 1';

describe('workers that do not answer', () => {
  test('one does not hold the scrape up: its last snapshot stands in, and that is said', async () => {
    const errors: string[] = [];
    const primary = startPrimary({
      names: {},
      // For a worker that answers it is long, on a busy machine too.
      waitMillis: 500,
      onError: ({ code, message }) => errors.push(`${code}: ${message}`),
    });
    const [stuck, other] = [startWorker(primary), startWorker(primary)];
    stuck.meter.createCounter('calls').add(2);
    await settle();
    await primary.collect();
    stuck.wire.keeps = () => false;
    stuck.meter.createCounter('calls').add(100);
    other.meter.createCounter('calls').add(3);
    const start = performance.now();
    const lines = await linesOf(primary);
    expect(performance.now() - start).toBeLessThan(LONG_MILLIS);
    expect(lines).toContain('calls_total 5');
    expect(lines).toContain(INCOMPLETE);
    expect(errors).toEqual(['worker_silent: Worker 1 did not answer within 500 ms; its last snapshot stands in.']);
    stuck.wire.keeps = () => true;
    expect(await linesOf(primary)).toEqual(expect.arrayContaining(['calls_total 105', 'dcc_mcp_scrape_incomplete 0']));
  });

  test('one whose source gives what is no metric data goes on, and its last snapshot stands in', async () => {
    const primary = startPrimary({ names: {} });
    const wire = new Wire();
    primary.connect(wire.primary);
    const reader = new PrometheusReader();
    const calls = new MeterProvider({ readers: [reader] }).getMeter('test').createCounter('calls');
    const odd = { errors: [], resourceMetrics: { resource: {}, scopeMetrics: 'none' } } as unknown as CollectionResult;
    let isOdd = false;
    const source: MetricSource = { collect: async () => (isOdd ? odd : reader.collect()) };
    const errors: string[] = [];
    const onError = ({ code }: ScrapeError): unknown => errors.push(code);
    const worker = createMetricsWorker(source, wire.worker, { pushMillis: false, onError });
    calls.add(1);
    await settle();
    expect(await linesOf(primary)).toEqual(expect.arrayContaining(['calls_total 1', 'dcc_mcp_scrape_incomplete 0']));
    isOdd = true;
    calls.add(1);
    await worker.push();
    expect(await linesOf(primary)).toEqual(expect.arrayContaining(['calls_total 1', INCOMPLETE]));
    expect(errors).toEqual(['rendering_failed']);
    isOdd = false;
    expect(await linesOf(primary)).toEqual(expect.arrayContaining(['calls_total 2', 'dcc_mcp_scrape_incomplete 0']));
  });

  test('the default is to wait half a second', async () => {
    const primary = startPrimary({ names: {} });
    const { wire } = startWorker(primary);
    await settle();
    wire.keeps = () => false;
    const start = performance.now();
    expect(await linesOf(primary)).toContain(INCOMPLETE);
    expect(performance.now() - start).toBeGreaterThan(450);
    expect(performance.now() - start).toBeLessThan(LONG_MILLIS);
  });

  test('a scraper that waits less is answered in its time', async () => {
    const primary = startPrimary({ names: {} });
    const { wire } = startWorker(primary);
    await settle();
    wire.keeps = () => false;
    const answer = await primary.scrape({ timeoutSeconds: '0.1' });
    expect(answer.status).toBe(200);
    expect(await textOf(answer)).toContain(INCOMPLETE);
  });

  test('a worker without metrics is neither asked nor waited for', async () => {
    const primary = startPrimary({ names: {}, waitMillis: LONG_MILLIS });
    const wire = new Wire();
    const received: unknown[] = [];
    primary.connect(wire.primary);
    wire.worker.onMessage((message) => received.push(message));
    const start = performance.now();
    expect(await linesOf(primary)).toContain('dcc_mcp_scrape_incomplete 0');
    expect(performance.now() - start).toBeLessThan(LONG_MILLIS / 2);
    expect(received).toEqual([]);
  });

  test('one that ends while it is asked is said to be missing at once', async () => {
    const primary = startPrimary({ names: {}, waitMillis: LONG_MILLIS });
    const { wire, kill } = startWorker(primary);
    await settle();
    wire.keeps = () => false;
    const start = performance.now();
    const scraping = linesOf(primary);
    setImmediate(kill);
    expect(await scraping).toContain(INCOMPLETE);
    expect(performance.now() - start).toBeLessThan(LONG_MILLIS / 2);
  });

  test('a worker whose primary does not answer, or is gone, says so', async () => {
    const wire = new Wire();
    const source = { collect: () => new Promise<never>(() => {}) };
    const worker = createMetricsWorker(source, wire.worker, { timeoutMillis: 50, pushMillis: false });
    const silent = await worker.scrape();
    expect([silent.status, await textOf(silent)]).toEqual([
      503,
      'The primary process, which has the metrics of all workers, did not answer in time.\n',
    ]);
    const waiting = worker.scrape({ method: 'HEAD', timeoutSeconds: 60 });
    wire.cut();
    expect(await waiting).toMatchObject({ status: 503, body: undefined });
    expect((await worker.scrape()).status).toBe(503);
    await worker.push();
    await worker.close();
  });
});

test.each([
  ['waitMillis', { waitMillis: 0 }],
  ['waitMillis', { waitMillis: Number.NaN }],
  ['maxRetainedSeries', { maxRetainedSeries: -1 }],
])('%s that makes no sense is refused at the start', (name, options) => {
  expect(() => startPrimary(options)).toThrow(new RegExp(`^${name} must be a number of at least`));
});

test('snapshots without a pause are refused at the start', () => {
  const source = { collect: () => new Promise<never>(() => {}) };
  expect(() => createMetricsWorker(source, new Wire().worker, { pushMillis: 0 })).toThrow('pushMillis must be');
});

describe('messages', () => {
  test('of others on the same wire are passed over, and what cannot be read costs nothing', async () => {
    const errors: ScrapeError[] = [];
    const primary = startPrimary({ onError: (error) => errors.push(error) });
    const { wire, meter } = startWorker(primary);
    meter.createCounter('calls').add(2);
    await settle();
    const strange = [
      'text',
      null,
      7,
      [],
      {},
      { type: 'prom-client:getMetricsReq' },
      { [KIND]: 'snapshot' },
      { [KIND]: 'snapshot', source: 'x', sequence: 1, isFull: true, isLast: true, metrics: [], values: 7 },
      {
        [KIND]: 'snapshot',
        source: 'x',
        sequence: 2,
        isFull: true,
        isLast: true,
        metrics: [{}],
        series: [{}],
        values: [[1]],
      },
      { [KIND]: 'failed' },
      { [KIND]: 'nonsense' },
      { [KIND]: 'scrape', id: 1, request: 7 },
      { [KIND]: null },
    ];
    for (const message of strange) {
      wire.worker.send(message as object);
    }
    await settle();
    expect(await linesOf(primary)).toContain('calls_total 2');
    expect(errors.every((error) => error instanceof ScrapeError)).toBe(true);
  });

  test.each(['lost in the middle', 'lost at the start'])('%s: the worker is asked for all it has', async (where) => {
    const primary = startPrimary();
    const { wire, meter, worker } = startWorker(primary);
    const calls = meter.createCounter('calls');
    const fill = (): void => {
      for (let series = 0; series < 1_200; series += 1) {
        calls.add(1, { series });
      }
    };
    fill();
    let parts = 0;
    wire.keeps = (message) => {
      const isPart = message[KIND] === 'snapshot';
      parts += Number(isPart);
      return !(isPart && parts === (where === 'lost at the start' ? 1 : 2));
    };
    await worker.push();
    wire.keeps = () => true;
    fill();
    const lines = await linesOf(primary);
    expect(lines).toHaveLength(1_200);
    expect(new Set(lines.map((line) => line.split(' ')[1]))).toEqual(new Set(['2']));
  });

  test('only series that changed are sent', async () => {
    const primary = startPrimary();
    const { wire, meter } = startWorker(primary);
    const time = meter.createHistogram('time');
    for (let series = 0; series < 100; series += 1) {
      time.record(series, { series });
    }
    await settle();
    await primary.collect();
    time.record(1, { series: 7 });
    await primary.collect();
    expect(wire.sent.at(-1)).toMatchObject({ metrics: [], series: [], values: [[expect.any(Number), { count: 2 }]] });
    expect(JSON.stringify(wire.sent.at(-1)).length).toBeLessThan(500);
  });

  test('a primary that comes later learns of the workers that are there', async () => {
    const wire = new Wire();
    const other = startPrimary();
    const { meter, worker, wire: first } = startWorker(other);
    meter.createCounter('calls').add(2);
    await settle();
    expect(first.sent.length).toBeGreaterThan(0);
    const late = startPrimary();
    late.connect({ ...first.primary });
    await worker.push();
    await settle();
    expect(await linesOf(late)).toEqual(['calls_total 2']);
    wire.cut();
  });
});
