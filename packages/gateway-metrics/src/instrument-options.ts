import type { MetricDefinition } from '@dcc-mcp/semantic-conventions';
import type { MetricOptions } from '@opentelemetry/api';

/** What the OTel API wants to know of a metric; bucket bounds go as advice, which needs no view. */
export function toMetricOptions({ description, unit, boundaries }: MetricDefinition): MetricOptions {
  const advice = boundaries && { explicitBucketBoundaries: [...boundaries] };
  return { description, unit, ...(advice && { advice }) };
}
