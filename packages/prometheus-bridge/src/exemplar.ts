import type { Attributes } from '@opentelemetry/api';

/** One measurement kept beside an aggregate, with the span it was taken in. */
export interface Exemplar {
  /** The measured value, in the instrument's unit. */
  readonly value: number;
  /** When it was measured: milliseconds since the epoch. */
  readonly timestampMillis: number;
  /** Lower-case hex, 32 digits. */
  readonly traceId?: string;
  /** Lower-case hex, 16 digits. */
  readonly spanId?: string;
  /** Attributes of the measurement that the series does not carry. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Where a scrape finds exemplars: the SDK keeps none, so whoever records offers them in this shape. */
export interface ExemplarSource {
  /**
   * Gives the exemplars of one series, or nothing when there are none.
   *
   * A counter has at most one, at index 0. A histogram has one per bucket, by the bucket's index among the boundaries;
   * the last index is the bucket above the highest boundary.
   *
   * @param attributes The object the SDK kept for the series: the one given with its first measurement.
   */
  exemplars(instrumentName: string, attributes: Attributes): readonly (Exemplar | undefined)[] | undefined;
}
