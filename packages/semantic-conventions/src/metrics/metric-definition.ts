/** One label of an instrument. */
export interface MetricLabel {
  readonly name: string;
  /** The closed set its values come from; absent when they come from the tool catalog, routes or configuration. */
  readonly values?: readonly string[];
  /** Where the values of an open label come from. */
  readonly source?: string;
}

/** What an instrument is called, counted in and labelled with: a row of docs/reference/metrics.md. */
export interface MetricDefinition {
  /** OpenTelemetry name. */
  readonly name: string;
  /** UCUM unit; the empty text for info metrics. */
  readonly unit: string;
  readonly kind: 'counter' | 'up_down_counter' | 'gauge' | 'histogram';
  /** The name in a scrape: it follows from name, unit and kind (OTel Prometheus compatibility), and is a promise. */
  readonly prometheusName: string;
  readonly description: string;
  readonly labels: readonly MetricLabel[];
  /** Bucket bounds of a histogram, in its unit. */
  readonly boundaries?: readonly number[];
}
