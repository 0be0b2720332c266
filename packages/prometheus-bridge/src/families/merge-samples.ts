import type { Attributes, HrTime } from '@opentelemetry/api';
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import { mergeValues } from './merge-values.ts';
import type { Sample, SampleValue } from './sample.ts';
import type { ScopeLabels } from './series-labels.ts';
import { toMillis } from './time.ts';

/** A metric and what labels its series. */
export interface SampleSource {
  readonly metric: MetricData;
  readonly labels: ScopeLabels;
}

interface Point {
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  readonly value: unknown;
}

/** Gives the series of a family, each once: points that got equal labels are merged. Can pause after each point. */
export function* mergeSamples(sources: readonly SampleSource[]): Generator<undefined, Sample[]> {
  const samples = new Map<string, Sample>();
  for (const { metric, labels } of sources) {
    const isSum = metric.dataPointType === DataPointType.SUM;
    for (const point of metric.dataPoints as readonly Point[]) {
      const value = toValue(point.value);
      if (value === undefined) {
        continue;
      }
      const labelSet = labels.of(point.attributes);
      const same = samples.get(labelSet.key);
      if (same !== undefined) {
        samples.set(labelSet.key, mergeSample(same, value, { point, isSum }));
      } else {
        samples.set(labelSet.key, {
          labels: labelSet,
          value,
          startTimeMillis: toMillis(point.startTime),
          attributes: point.attributes,
          instrument: metric.descriptor.name,
        });
      }
      yield;
    }
  }
  return [...samples.values()];
}

function mergeSample(same: Sample, value: SampleValue, { point, isSum }: { point: Point; isSum: boolean }): Sample {
  const startTimeMillis = Math.min(same.startTimeMillis, toMillis(point.startTime));
  return { ...same, startTimeMillis, value: mergeValues(same.value, value, isSum) };
}

/** A producer outside the SDK may give big integers; what is no number and no histogram is left out. */
export function toValue(value: unknown): SampleValue | undefined {
  if (typeof value === 'bigint') {
    return Number(value);
  }
  return typeof value === 'number' || isBuckets(value) ? value : undefined;
}

function isBuckets(value: unknown): value is Exclude<SampleValue, number> {
  return typeof value === 'object' && value !== null && ('buckets' in value || 'scale' in value);
}
