import { SDK_CARDINALITY_LIMIT } from '@dcc-mcp/bounded-meter';
import { describe, expect, test } from '@jest/globals';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMetrics, playEverything } from './gateway-fixture.ts';

class ManualReader extends MetricReader {
  constructor(temporality: AggregationTemporality) {
    super({ aggregationTemporalitySelector: () => temporality });
  }
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}

  async metrics(): Promise<MetricData[]> {
    const { resourceMetrics } = await this.collect();
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  }

  /** The values of one instrument by its attributes. */
  async values(name: string): Promise<unknown[]> {
    const metric = (await this.metrics()).find(({ descriptor }) => descriptor.name === name);
    return metric?.dataPoints.map(({ attributes, value }) => [attributes, value]) ?? [];
  }
}

const views = [{ instrumentName: '*', aggregationCardinalityLimit: SDK_CARDINALITY_LIMIT }];
const call = { tool: 'maya__create_sphere', status: 'success' } as const;

function toValues(metrics: readonly MetricData[]): unknown[] {
  return metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ value }) => value)]);
}

describe('counting that waits for the collection', () => {
  test.each([
    ['a storage of its own', []],
    ['one shared by a view', views],
  ])('gives two readers with %s equal values of every instrument at rest', async (_name, ownViews) => {
    const pull = new ManualReader(AggregationTemporality.CUMULATIVE);
    const push = new ManualReader(AggregationTemporality.CUMULATIVE);
    const provider = new MeterProvider({ readers: [pull, push], views: ownViews });
    const metrics = createMetrics(provider);
    playEverything(metrics);
    await pull.metrics();
    playEverything(metrics);
    expect(toValues(await push.metrics())).toEqual(toValues(await pull.metrics()));
    await provider.shutdown();
  });

  test('gives a delta reader each event once', async () => {
    const delta = new ManualReader(AggregationTemporality.DELTA);
    const provider = new MeterProvider({ readers: [delta] });
    const metrics = createMetrics(provider);
    metrics.recordCall(call);
    metrics.recordCall(call);
    expect(await delta.values('dcc_mcp.tool.calls')).toContainEqual([call, 2]);
    metrics.recordCall(call);
    expect(await delta.values('dcc_mcp.tool.calls')).toContainEqual([call, 1]);
    await provider.shutdown();
  });

  test('never lets a series begin after its first event', async () => {
    const reader = new ManualReader(AggregationTemporality.CUMULATIVE);
    const provider = new MeterProvider({ readers: [reader] });
    const metrics = createMetrics(provider);
    metrics.recordCall(call);
    const recordedAt = Date.now();
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
    const calls = (await reader.metrics()).find(({ descriptor }) => descriptor.name === 'dcc_mcp.tool.calls');
    expect(hrTimeToMilliseconds(calls!.dataPoints[0]!.startTime)).toBeLessThanOrEqual(recordedAt);
    await provider.shutdown();
  });

  test('is in the last push of a provider that shuts down', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const provider = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 })],
    });
    const metrics = createMetrics(provider);
    metrics.recordCall(call);
    await provider.forceFlush();
    const exported = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const calls = exported.find(({ descriptor }) => descriptor.name === 'dcc_mcp.tool.calls');
    expect(calls?.dataPoints.map(({ value }) => value)).toEqual([1, 0]);
    await provider.shutdown();
  });
});

describe('shutdown', () => {
  test('leaves nothing of the gateway alive on a meter that lives on', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const reader = new ManualReader(AggregationTemporality.CUMULATIVE);
    const provider = new MeterProvider({ readers: [reader] });
    const forgotten = startAndStop(provider);
    for (let round = 0; round < 20 && forgotten.deref() !== undefined; round += 1) {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      collectGarbage();
    }
    expect(forgotten.deref()).toBeUndefined();
    expect((await reader.metrics()).length).toBeGreaterThan(0);
    await provider.shutdown();
  });
});

function startAndStop(provider: MeterProvider): WeakRef<object> {
  const metrics = createMetrics(provider);
  playEverything(metrics);
  metrics.shutdown();
  return new WeakRef(metrics);
}
