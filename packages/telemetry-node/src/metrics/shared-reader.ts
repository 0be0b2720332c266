import type { HistogramAggregation } from '@dcc-mcp/telemetry-config';
import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MetricReader,
  type AggregationOption,
  type CollectionResult,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';

/**
 * The one cumulative reader that every exporter of the same histogram aggregation collects from: the SDK records once per
 * reader, so that a second exporter costs nothing at recording time.
 */
export interface SharedReader extends MetricReader {
  readonly isExponential: boolean;
  /** Metrics that are not the SDK's, asked for after it has collected its own. */
  collectMore: (() => readonly ScopeMetrics[]) | undefined;
}

export interface SharedReaderSettings {
  /** Settles once the resource's asynchronous attributes are there. */
  readonly ready: () => Promise<void>;
  /** Series of one instrument before the SDK folds the rest into one; default 2,000, the SDK's. */
  readonly cardinalityLimit: number | undefined;
}

/** A shared reader for push exporters alone; where someone pulls, it is a Prometheus reader instead. */
export class PushReader extends MetricReader implements SharedReader {
  collectMore: (() => readonly ScopeMetrics[]) | undefined;
  readonly isExponential: boolean;
  readonly #ready: () => Promise<void>;

  constructor(aggregation: HistogramAggregation, { ready, cardinalityLimit }: SharedReaderSettings) {
    super({
      aggregationSelector: (type) => selectAggregation(type, aggregation),
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      ...(cardinalityLimit === undefined ? {} : { cardinalitySelector: () => cardinalityLimit }),
    });
    this.isExponential = aggregation === 'base2_exponential_bucket_histogram';
    this.#ready = ready;
  }

  override collect(options?: { timeoutMillis?: number }): Promise<CollectionResult> {
    return collectAll(() => super.collect(options), this.#ready, this.collectMore);
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/** What the SDK collects once it is `ready`, and what there is beside it, each scope once. */
export async function collectAll(
  collect: () => Promise<CollectionResult>,
  ready: () => Promise<void>,
  collectMore: SharedReader['collectMore'],
): Promise<CollectionResult> {
  await ready();
  const result = await collect();
  if (collectMore === undefined) {
    return result;
  }
  const { resource, scopeMetrics } = result.resourceMetrics;
  return {
    ...result,
    resourceMetrics: { resource, scopeMetrics: joinScopes([...scopeMetrics, ...collectMore()]) },
  };
}

function selectAggregation(type: InstrumentType, aggregation: HistogramAggregation): AggregationOption {
  return type === InstrumentType.HISTOGRAM && aggregation === 'base2_exponential_bucket_histogram'
    ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
    : { type: AggregationType.DEFAULT };
}

/** Each scope once, with the metrics of all that have its name; scopes without metrics are left out. */
function joinScopes(all: readonly ScopeMetrics[]): ScopeMetrics[] {
  const joined = new Map<string, ScopeMetrics>();
  for (const { scope, metrics } of all) {
    if (metrics.length === 0) {
      continue;
    }
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl]);
    const known = joined.get(key);
    joined.set(key, { scope, metrics: known === undefined ? metrics : [...known.metrics, ...metrics] });
  }
  return [...joined.values()];
}
