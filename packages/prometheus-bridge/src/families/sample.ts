import type { Attributes } from '@opentelemetry/api';
import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import type { LabelSet } from './label-set.ts';

/** What one series measured: a number, or the buckets of a histogram as the SDK keeps them. */
export type SampleValue = number | Histogram | ExponentialHistogram;

/** One series of a metric family. */
export interface Sample {
  readonly labels: LabelSet;
  readonly value: SampleValue;
  /** When counting began: milliseconds since the epoch. */
  readonly startTimeMillis: number;
  /** The attribute object of the series, by which its exemplars are found. */
  readonly attributes: Attributes;
  /** OpenTelemetry name of the instrument. */
  readonly instrument: string;
}

/** True for a histogram with fixed boundaries. */
export function isHistogram(value: SampleValue): value is Histogram {
  return typeof value === 'object' && 'buckets' in value;
}

/** True for an exponential histogram. */
export function isExponentialHistogram(value: SampleValue): value is ExponentialHistogram {
  return typeof value === 'object' && 'scale' in value;
}
