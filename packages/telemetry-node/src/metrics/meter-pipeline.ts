import type { HistogramAggregation, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, type MetricReader } from '@opentelemetry/sdk-metrics';
import { createPush, type PeriodicReaderConfig, type PipelineContext } from '../start/pipelines.ts';
import type { StartTelemetryOptions } from '../start/telemetry.ts';
import { BindingMeterProvider } from './binding-meter-provider.ts';
import type { PeriodicPush } from './periodic-push.ts';
import { SharedReader } from './shared-reader.ts';

/** The metrics side of one instance. */
export interface MeterPipeline {
  readonly provider: ApiMeterProvider;
  /** Ends collecting. */
  readonly shutdown: () => Promise<void>;
  readonly pushes: readonly PeriodicPush[];
  /** Present when someone pulls. */
  readonly pullReader?: MetricReader;
}

function isPeriodic(reader: TelemetryConfig['metrics']['readers'][number]): reader is PeriodicReaderConfig {
  return reader.type === 'periodic';
}

/**
 * One reader for each histogram aggregation in use, shared by its exporters; the pull always has the
 * explicit one, whose boundaries are part of what dashboards rely on. `undefined`: nobody reads.
 */
export function createMeterPipeline(
  config: TelemetryConfig['metrics'],
  options: StartTelemetryOptions,
  resource: Resource,
  context: PipelineContext,
): MeterPipeline | undefined {
  const periodic = config.readers.filter(isPeriodic);
  const isPulled = options.pull === true || config.readers.length > periodic.length;
  const own = options.metricReaders ?? [];
  if (periodic.length === 0 && !isPulled && own.length === 0) {
    return undefined;
  }
  const shared = new Map<HistogramAggregation, SharedReader>();
  const readerFor = (aggregation: HistogramAggregation): SharedReader => {
    const known = shared.get(aggregation) ?? new SharedReader(aggregation, context.ready, options.cardinalityLimit);
    shared.set(aggregation, known);
    return known;
  };
  const pullReader = isPulled ? readerFor('explicit_bucket_histogram') : undefined;
  const planned = periodic.map((reader) => ({
    reader,
    source: readerFor(reader.exporter.defaultHistogramAggregation),
  }));
  const sdk = new MeterProvider({
    resource,
    readers: [...shared.values(), ...own],
    ...(options.views === undefined ? {} : { views: [...options.views] }),
  });
  const pushes = planned.map(({ reader, source }) => createPush(reader, source, context));
  return {
    provider: bindHistograms(sdk, [...shared.values()], options) ?? sdk,
    shutdown: () => sdk.shutdown(),
    pushes,
    ...(pullReader === undefined ? {} : { pullReader }),
  };
}

const DEFAULT_CARDINALITY_LIMIT = 2_000;

/**
 * Histograms of our own, where buckets are all that anyone asks for: views, readers of the application and exponential
 * histograms are the SDK's to serve.
 */
function bindHistograms(
  sdk: MeterProvider,
  readers: readonly SharedReader[],
  {
    views = [],
    metricReaders = [],
    cardinalityLimit = DEFAULT_CARDINALITY_LIMIT,
    now = Date.now,
  }: StartTelemetryOptions,
): BindingMeterProvider | undefined {
  const [reader, another] = readers;
  const isPlain = views.length === 0 && metricReaders.length === 0;
  if (!isPlain || reader === undefined || another !== undefined || reader.isExponential) {
    return undefined;
  }
  const provider = new BindingMeterProvider(sdk, { cardinalityLimit, now });
  reader.collectMore = () => provider.collect();
  return provider;
}
