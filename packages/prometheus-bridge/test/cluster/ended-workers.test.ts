import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { createMetricsWorker } from '@dcc-mcp/prometheus-bridge/cluster';
import { describe, expect, test } from '@jest/globals';
import { AggregationType, MeterProvider } from '@opentelemetry/sdk-metrics';
import { linesOf, settle, startPrimary, startWorker, Wire } from './cluster-kit.ts';

const STATES = { names: {} } as const;

/** The lines that tell of the workers. */
async function statesOf(primary: ReturnType<typeof startPrimary>): Promise<string[]> {
  return (await linesOf(primary)).filter((line) => line.startsWith('dcc_mcp_'));
}

describe('workers that ended', () => {
  test('what they had counted stays, also when others come and end in their place', async () => {
    const primary = startPrimary();
    for (let round = 1; round <= 5; round += 1) {
      const { meter, kill } = startWorker(primary);
      meter.createCounter('calls').add(2, { tool: 'open' });
      meter.createHistogram('time', { advice: { explicitBucketBoundaries: [] } }).record(1);
      await settle();
      await primary.collect();
      kill();
      expect(await linesOf(primary)).toEqual([
        `calls_total{tool="open"} ${2 * round}`,
        `time_bucket{le="+Inf"} ${round}`,
        `time_sum ${round}`,
        `time_count ${round}`,
      ]);
    }
  });

  test('what one counted that was killed is there as of its last push', async () => {
    const primary = startPrimary();
    const { meter, worker, kill } = startWorker(primary);
    const calls = meter.createCounter('calls');
    await settle();
    calls.add(2);
    await worker.push();
    calls.add(40);
    await settle();
    kill();
    expect(await linesOf(primary)).toEqual(['calls_total 2']);
  });

  test('snapshots are pushed without being asked for', async () => {
    const primary = startPrimary();
    const { meter, wire, kill } = startWorker(primary, { pushMillis: 10 });
    await settle();
    meter.createCounter('calls').add(2);
    const before = wire.sent.length;
    while (wire.sent.length < before + 2) {
      await settle();
    }
    kill();
    expect(await linesOf(primary)).toEqual(['calls_total 2']);
  });

  test('one that is told to end loses nothing', async () => {
    const primary = startPrimary(STATES);
    const { meter, worker, kill } = startWorker(primary);
    meter.createCounter('calls').add(2);
    await worker.close();
    await settle();
    kill();
    expect(await linesOf(primary)).toContain('calls_total 2');
    expect(await statesOf(primary)).toContain('dcc_mcp_workers{state="dead"} 0');
  });

  test('their gauges end with them', async () => {
    const primary = startPrimary();
    const { meter, kill } = startWorker(primary);
    meter.createGauge('level').record(2);
    await settle();
    expect(await linesOf(primary)).toEqual(['level 2']);
    kill();
    expect(await linesOf(primary)).toEqual([]);
  });

  test('native histograms of theirs are kept', async () => {
    const primary = startPrimary();
    const views = [{ instrumentName: 'time', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } } as const];
    for (const value of [1, 1_000]) {
      const { meter, kill } = startWorker(primary, { views });
      meter.createHistogram('time').record(value);
      await settle();
      await primary.collect();
      kill();
    }
    const [metric] = (await primary.collect()).resourceMetrics.scopeMetrics[0]!.metrics;
    expect(metric!.dataPoints).toMatchObject([{ value: { count: 2, sum: 1_001 } }]);
  });

  test('series that nobody has any more are kept up to the bound, then counted together', async () => {
    const primary = startPrimary({ maxRetainedSeries: 3 });
    for (let round = 0; round < 10; round += 1) {
      const { meter, kill } = startWorker(primary);
      meter.createCounter('calls').add(1, { round });
      meter.createCounter('calls').add(1, { common: true });
      await settle();
      await primary.collect();
      kill();
    }
    const lines = await linesOf(primary);
    expect(lines.length).toBeLessThanOrEqual(4);
    expect(lines).toContain('calls_total{common="true"} 10');
    expect(lines.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)).toBe(20);
    expect(lines.find((line) => line.includes('otel_metric_overflow="true"'))).toBeDefined();
  });

  test('a process with two sources has both counted, and one that says goodbye stays counted', async () => {
    const primary = startPrimary();
    const first = startWorker(primary);
    const reader = new PrometheusReader();
    new MeterProvider({ readers: [reader] }).getMeter('test').createCounter('calls').add(40);
    const second = createMetricsWorker(reader, first.wire.worker, { pushMillis: false });
    first.meter.createCounter('calls').add(2);
    await settle();
    for (const scraped of [primary, first.worker, second]) {
      expect(await linesOf(scraped)).toEqual(['calls_total 42']);
    }
    await first.worker.close();
    await settle();
    expect(await linesOf(primary)).toEqual(['calls_total 42']);
  });

  test('they are told of: ready, starting, dead until another takes their place', async () => {
    const primary = startPrimary(STATES);
    const one = startWorker(primary);
    startWorker(primary);
    expect(await statesOf(primary)).toEqual([
      'dcc_mcp_workers{state="ready"} 0',
      'dcc_mcp_workers{state="starting"} 2',
      'dcc_mcp_workers{state="dead"} 0',
      'dcc_mcp_scrape_incomplete 0',
    ]);
    await settle();
    one.kill();
    expect(await statesOf(primary)).toEqual([
      'dcc_mcp_workers{state="ready"} 1',
      'dcc_mcp_workers{state="starting"} 0',
      'dcc_mcp_workers{state="dead"} 1',
      'dcc_mcp_scrape_incomplete 0',
    ]);
    primary.connect(new Wire().primary);
    expect((await statesOf(primary)).slice(0, 3)).toEqual([
      'dcc_mcp_workers{state="ready"} 1',
      'dcc_mcp_workers{state="starting"} 1',
      'dcc_mcp_workers{state="dead"} 0',
    ]);
  });

  test('the names of what tells of them can be others, and the counts those of who starts them', async () => {
    const primary = startPrimary({
      names: { workers: 'shop.workers', incomplete: 'shop.scrape.incomplete' },
      workerCounts: () => ({ ready: 4, starting: 1, dead: 0 }),
    });
    expect(await linesOf(primary)).toEqual([
      'shop_workers{state="ready"} 4',
      'shop_workers{state="starting"} 1',
      'shop_workers{state="dead"} 0',
      'shop_scrape_incomplete 0',
    ]);
  });
});
