import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { GatewayMetricsOptions } from '../src/index.ts';
import { createMetrics, spanContext } from './gateway-fixture.ts';

class ManualReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

const now = (): number => 1_763_726_400_000;
let reader: ManualReader;
let provider: MeterProvider;

beforeEach(() => {
  reader = new ManualReader();
  provider = new MeterProvider({ readers: [reader] });
});
afterEach(() => provider.shutdown());

async function collect(name: string): Promise<MetricData> {
  const { resourceMetrics } = await reader.collect();
  return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics).find((m) => m.descriptor.name === name)!;
}

/** The exemplars of the first series, found with the attributes that the SDK hands out. */
async function exemplarsOf(
  name: string,
  options: Partial<GatewayMetricsOptions>,
  play: (metrics: ReturnType<typeof createMetrics>) => void,
) {
  const metrics = createMetrics(provider, { now, ...options });
  play(metrics);
  const { dataPoints } = await collect(name);
  return metrics.exemplars.exemplars(name, dataPoints[0]!.attributes);
}

const call = { tool: 'maya__create_sphere', status: 'success' } as const;

describe('exemplars', () => {
  test('a counter keeps the newest measurement of a sampled span', async () => {
    const exemplars = await exemplarsOf('dcc_mcp.tool.calls', {}, (metrics) => {
      metrics.recordCall({ ...call, span: spanContext('1') });
      metrics.recordCall({ ...call, span: spanContext('2') });
      metrics.recordCall({ ...call, span: spanContext('3', false) });
      metrics.recordCall(call);
    });
    expect(exemplars).toEqual([{ value: 1, timestampMillis: now(), traceId: '2'.repeat(32), spanId: '2'.repeat(16) }]);
  });

  test('a histogram keeps one for each bucket, at its index', async () => {
    const exemplars = await exemplarsOf('dcc_mcp.tool.duration', {}, (metrics) => {
      metrics.recordCall({ ...call, durationSeconds: 0.001, span: spanContext('1') });
      metrics.recordCall({ ...call, durationSeconds: 0.0011, span: spanContext('2') });
      metrics.recordCall({ ...call, durationSeconds: 9999, span: spanContext('3') });
    });
    expect(exemplars?.map((exemplar) => exemplar?.value)).toEqual([0.001, 0.0011, ...Array.from({ length: 14 }), 9999]);
  });

  test('stand in the bucket that the SDK counted the value in', async () => {
    const values = [0, 0.001, 0.005, 0.0051, 1, 1800, 1801];
    const metrics = createMetrics(provider, { now });
    for (const durationSeconds of values) {
      metrics.recordCall({ ...call, durationSeconds, span: spanContext('1') });
    }
    const { dataPoints } = await collect('dcc_mcp.tool.duration');
    const [point] = dataPoints as { attributes: object; value: { buckets: { counts: number[] } } }[];
    const counted = point!.value.buckets.counts.map((count) => count > 0);
    const kept = metrics.exemplars.exemplars('dcc_mcp.tool.duration', dataPoints[0]!.attributes)!;
    expect(Array.from(kept, (exemplar) => exemplar !== undefined)).toEqual(counted);
  });

  test('are kept for closed counters, too', async () => {
    const exemplars = await exemplarsOf('dcc_mcp.gateway.searches', { features: [] }, (metrics) =>
      metrics.recordSearch({ result: 'zero', durationSeconds: 1, span: spanContext('7') }),
    );
    expect(exemplars?.[0]?.traceId).toBe('7'.repeat(32));
  });

  test('take the context of a real sampled span', async () => {
    const span = new TracerProvider().getTracer('test').startSpan('call');
    const exemplars = await exemplarsOf('dcc_mcp.tool.calls', {}, (metrics) =>
      metrics.recordCall({ ...call, span: span.spanContext() }),
    );
    expect(exemplars?.[0]?.traceId).toBe(span.spanContext().traceId);
    span.end();
  });

  test('always_on keeps measurements without a span, without trace labels', async () => {
    const exemplars = await exemplarsOf('dcc_mcp.tool.duration', { exemplarFilter: 'always_on' }, (metrics) =>
      metrics.recordCall({ ...call, durationSeconds: 0.001 }),
    );
    expect(exemplars?.[0]).toEqual({ value: 0.001, timestampMillis: now() });
  });

  test('always_off keeps none', async () => {
    const exemplars = await exemplarsOf('dcc_mcp.tool.calls', { exemplarFilter: 'always_off' }, (metrics) =>
      metrics.recordCall({ ...call, span: spanContext('1') }),
    );
    expect(exemplars).toBeUndefined();
  });

  test('trace_based keeps none outside a sampled span', async () => {
    const exemplars = await exemplarsOf('dcc_mcp.tool.calls', {}, (metrics) =>
      metrics.recordCall({ ...call, span: spanContext('1', false) }),
    );
    expect(exemplars).toBeUndefined();
  });

  test('are the same objects for the SDK and the recorder, collection after collection', async () => {
    const metrics = createMetrics(provider);
    metrics.recordCall(call);
    const first = (await collect('dcc_mcp.tool.calls')).dataPoints[0]!.attributes;
    metrics.recordCall(call);
    expect((await collect('dcc_mcp.tool.calls')).dataPoints[0]!.attributes).toBe(first);
  });
});
