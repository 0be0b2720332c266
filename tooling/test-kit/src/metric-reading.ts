import { DataPointType, MeterProvider, MetricReader, type MetricData } from '@opentelemetry/sdk-metrics';

class ManualReader extends MetricReader {
  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

/** A real SDK with a reader to ask; `read` gives each series as one line of text. */
export function createReading(): {
  provider: MeterProvider;
  metrics: () => Promise<MetricData[]>;
  lines: () => Promise<string[]>;
} {
  const reader = new ManualReader();
  const provider = new MeterProvider({ readers: [reader] });
  const metrics = async (): Promise<MetricData[]> => {
    const { resourceMetrics } = await reader.collect();
    return resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  };
  const lines = async (): Promise<string[]> => (await metrics()).flatMap((metric) => toLines(metric));
  return { provider, metrics, lines };
}

function toLines(metric: MetricData): string[] {
  return metric.dataPoints.map(({ attributes, value }) => {
    const labels = Object.entries(attributes)
      .map(([name, label]) => `${name}=${String(label)}`)
      .join(',');
    const isHistogram = metric.dataPointType === DataPointType.HISTOGRAM && typeof value === 'object';
    const text = isHistogram ? `count ${value.count} sum ${String(value.sum)}` : JSON.stringify(value);
    return `${metric.descriptor.name}{${labels}} ${text}`;
  });
}
