import type {
  BatchConfig,
  MetricReaderConfig,
  OtlpExporterConfig,
  ProcessorConfig,
  PushMetricExporterConfig,
  SpanExporterConfig,
  TelemetryConfig,
} from '@dcc-mcp/telemetry-config';

export const BATCH: BatchConfig = {
  scheduleDelayMillis: 20,
  exportTimeoutMillis: 30_000,
  maxQueueSize: 2_048,
  maxExportBatchSize: 512,
};

export function otlp(endpoint: string, changes: Partial<OtlpExporterConfig> = {}): OtlpExporterConfig {
  return {
    type: 'otlp',
    protocol: 'http/protobuf',
    endpoint,
    headers: {},
    timeoutMillis: 10_000,
    compression: 'none',
    insecure: false,
    ...changes,
  };
}

export function traceProcessor(
  exporter: SpanExporterConfig,
  batch: Partial<BatchConfig> = {},
): ProcessorConfig<SpanExporterConfig> {
  return { type: 'batch', batch: { ...BATCH, ...batch }, exporter };
}

export function periodicReader(
  endpoint: string,
  changes: Partial<PushMetricExporterConfig> & { intervalMillis?: number } = {},
): MetricReaderConfig {
  const { intervalMillis = 60_000, ...exporter } = changes;
  return {
    type: 'periodic',
    intervalMillis,
    timeoutMillis: 30_000,
    exporter: {
      ...otlp(endpoint),
      temporality: 'cumulative',
      defaultHistogramAggregation: 'explicit_bucket_histogram',
      ...exporter,
    } as PushMetricExporterConfig,
  };
}

export function telemetryConfig(changes: Partial<TelemetryConfig> = {}): TelemetryConfig {
  return {
    disabled: false,
    logLevel: 'info',
    resource: { attributes: {}, detectors: [] },
    propagators: ['tracecontext', 'baggage'],
    traces: {
      processors: [],
      sampler: { name: 'parentbased_always_on', ratio: 1 },
      limits: {
        attributeCount: 128,
        attributeValueLength: Infinity,
        eventCount: 128,
        linkCount: 128,
        attributesPerEvent: 128,
        attributesPerLink: 128,
      },
    },
    metrics: { readers: [], exemplarFilter: 'trace_based' },
    logs: { processors: [], limits: { attributeCount: 128, attributeValueLength: Infinity } },
    semconvStabilityOptIn: [],
    ...changes,
  };
}

/** Traces to one OTLP/HTTP endpoint. */
export function tracesTo(
  endpoint: string,
  exporter: Partial<OtlpExporterConfig> = {},
  batch: Partial<BatchConfig> = {},
): Pick<TelemetryConfig, 'traces'> {
  const base = telemetryConfig();
  return { traces: { ...base.traces, processors: [traceProcessor(otlp(`${endpoint}/v1/traces`, exporter), batch)] } };
}

/** Log records to one OTLP/HTTP endpoint. */
export function logsTo(endpoint: string, exporter: Partial<OtlpExporterConfig> = {}): Pick<TelemetryConfig, 'logs'> {
  const { logs } = telemetryConfig();
  const processor = { type: 'batch', batch: BATCH, exporter: otlp(`${endpoint}/v1/logs`, exporter) } as const;
  return { logs: { ...logs, processors: [processor] } };
}
