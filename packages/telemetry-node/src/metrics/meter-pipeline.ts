import type { HistogramAggregation, MetricReaderConfig, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { MeterProvider as ApiMeterProvider } from '@opentelemetry/api';
import { MeterProvider, type MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { ConsoleExporter } from '../export/console-exporter.ts';
import { metricsToText } from '../export/console-text.ts';
import type { Exporter } from '../export/exporter.ts';
import { createMonitor, type PipelineContext } from '../export/pipeline-context.ts';
import { BindingMeterProvider } from '../instruments/binding-meter-provider.ts';
import { createOtlpExporter } from '../otlp/create-exporter.ts';
import { METRIC_PARTS } from '../otlp/export-parts.ts';
import { createMetricsEncoder } from '../otlp/request-encoder.ts';
import type { StartTelemetryOptions } from '../start/telemetry.ts';
import { PeriodicPush } from './periodic-push.ts';
import { createPullReader, type PullReader } from './pull-reader.ts';
import { PushReader, type SharedReader, type SharedReaderSettings } from './shared-reader.ts';

/** The metrics side of one instance. */
export interface MeterPipeline {
  readonly provider: ApiMeterProvider;
  /** Ends collecting. */
  readonly shutdown: () => Promise<void>;
  readonly pushes: readonly PeriodicPush[];
  /** Present when someone pulls. */
  readonly pullReader: PullReader | undefined;
}

type PeriodicReaderConfig = Extract<MetricReaderConfig, { type: 'periodic' }>;

function isPeriodic(reader: MetricReaderConfig): reader is PeriodicReaderConfig {
  return reader.type === 'periodic';
}

/** Builds the readers of `config` and the provider they read. `undefined` when there is no reader. */
export function createMeterPipeline(
  config: TelemetryConfig['metrics'],
  options: StartTelemetryOptions,
  context: PipelineContext,
): MeterPipeline | undefined {
  const periodic = config.readers.filter(isPeriodic);
  const isPulled = options.pull === true || config.readers.length > periodic.length;
  const own = options.metricReaders ?? [];
  if (periodic.length === 0 && !isPulled && own.length === 0) {
    return undefined;
  }
  const { ready } = context;
  const readers = createReaders(periodic, isPulled, { ready, cardinalityLimit: options.cardinalityLimit });
  const shared = [...readers.byAggregation.values()];
  const sdk = new MeterProvider({
    resource: context.resource,
    readers: [...shared, ...own],
    ...(options.views === undefined ? {} : { views: [...options.views] }),
  });
  return {
    provider: guardInstruments(sdk, shared, options),
    shutdown: () => sdk.shutdown(),
    pushes: periodic.flatMap((reader) => {
      const source = readers.byAggregation.get(reader.exporter.defaultHistogramAggregation);
      return source === undefined ? [] : [createPush(reader, source, context)];
    }),
    pullReader: readers.pull,
  };
}

interface Readers {
  readonly byAggregation: ReadonlyMap<HistogramAggregation, SharedReader>;
  readonly pull: PullReader | undefined;
}

/**
 * One reader for each histogram aggregation in use, shared by its exporters; the pull always has the explicit one, whose
 * boundaries are part of what dashboards rely on.
 */
function createReaders(
  periodic: readonly PeriodicReaderConfig[],
  isPulled: boolean,
  settings: SharedReaderSettings,
): Readers {
  const byAggregation = new Map<HistogramAggregation, SharedReader>();
  const pull = isPulled ? createPullReader(settings) : undefined;
  if (pull !== undefined) {
    byAggregation.set('explicit_bucket_histogram', pull);
  }
  for (const { exporter } of periodic) {
    const aggregation = exporter.defaultHistogramAggregation;
    if (!byAggregation.has(aggregation)) {
      byAggregation.set(aggregation, new PushReader(aggregation, settings));
    }
  }
  return { byAggregation, pull };
}

function createPush(
  { exporter, intervalMillis, timeoutMillis }: PeriodicReaderConfig,
  reader: MetricReader,
  context: PipelineContext,
): PeriodicPush {
  const monitor = createMonitor('metrics', exporter, context);
  const built: Exporter<ResourceMetrics> =
    exporter.type === 'console'
      ? new ConsoleExporter({ toText: metricsToText, count: METRIC_PARTS.count })
      : createOtlpExporter({ config: exporter, monitor }, createMetricsEncoder(exporter.protocol), context);
  const { temporality } = exporter;
  return new PeriodicPush({ reader, exporter: built, monitor, temporality, intervalMillis, timeoutMillis });
}

const DEFAULT_CARDINALITY_LIMIT = 2_000;

/**
 * The SDK's provider with guarded instruments. Histograms are our own where buckets are all that anyone asks for: views,
 * readers of the application and exponential histograms are the SDK's to serve.
 */
function guardInstruments(
  sdk: MeterProvider,
  readers: readonly SharedReader[],
  options: StartTelemetryOptions,
): BindingMeterProvider {
  const { views = [], metricReaders = [], cardinalityLimit = DEFAULT_CARDINALITY_LIMIT, now = Date.now } = options;
  const [reader, another] = readers;
  const isPlain = views.length === 0 && metricReaders.length === 0;
  const bindsHistograms = isPlain && reader !== undefined && another === undefined && !reader.isExponential;
  const provider = new BindingMeterProvider(sdk, { bindsHistograms, cardinalityLimit, now });
  if (bindsHistograms) {
    reader.collectMore = () => provider.collect();
  }
  return provider;
}
