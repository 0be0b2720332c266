import type { HistogramAggregation } from '@dcc-mcp/telemetry-config';
import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MetricReader,
  type AggregationOption,
  type CollectionResult,
} from '@opentelemetry/sdk-metrics';

/**
 * The one cumulative reader that every exporter of the same histogram aggregation collects from: the
 * SDK records once per reader, so that a second exporter costs nothing at recording time.
 */
export class SharedReader extends MetricReader {
  readonly #ready: () => Promise<void>;

  /**
   * @param ready Settles once the resource's asynchronous attributes are there.
   * @param cardinalityLimit Series of one instrument before the SDK folds the rest into one; default 2,000, the SDK's.
   */
  constructor(aggregation: HistogramAggregation, ready: () => Promise<void>, cardinalityLimit?: number) {
    super({
      aggregationSelector: (type) => selectAggregation(type, aggregation),
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      ...(cardinalityLimit === undefined ? {} : { cardinalitySelector: () => cardinalityLimit }),
    });
    this.#ready = ready;
  }

  override async collect(options?: { timeoutMillis?: number }): Promise<CollectionResult> {
    await this.#ready();
    return super.collect(options);
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

function selectAggregation(type: InstrumentType, aggregation: HistogramAggregation): AggregationOption {
  return type === InstrumentType.HISTOGRAM && aggregation === 'base2_exponential_bucket_histogram'
    ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
    : { type: AggregationType.DEFAULT };
}
