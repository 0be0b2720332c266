/** Which compression an exporter applies to what it sends. */
export type OtlpCompression = 'none' | 'gzip';

/** How OTLP travels (OTel "Protocol Exporter"). */
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';

/** One OTLP destination of one signal, complete: nothing is left for an exporter to read from the environment. */
export interface OtlpExporterConfig {
  readonly type: 'otlp';
  readonly protocol: OtlpProtocol;
  /** Full URL: for HTTP with the signal's path (`…/v1/traces`), for gRPC scheme, host and port. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Limit of one export in milliseconds; 0 means no limit. */
  readonly timeoutMillis: number;
  readonly compression: OtlpCompression;
  /** PEM file of the certificate authority to trust. */
  readonly certificateFile?: string;
  readonly clientKeyFile?: string;
  readonly clientCertificateFile?: string;
  /** gRPC only: no TLS where the endpoint has no scheme. */
  readonly insecure: boolean;
}

/** Prints on standard error. */
export interface ConsoleExporterConfig {
  readonly type: 'console';
}

/** Where spans go. */
export type SpanExporterConfig = OtlpExporterConfig | ConsoleExporterConfig;
/** Where log records go. */
export type LogRecordExporterConfig = OtlpExporterConfig | ConsoleExporterConfig;

/** What a pushed sum counts since (OTel "Metric Exporter", temporality preference). */
export type MetricTemporality = 'cumulative' | 'delta' | 'lowmemory';
/** How histograms are kept (OTel "Default Histogram Aggregation"). */
export type HistogramAggregation = 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram';

/** Where metrics are pushed to, and in which shape. */
export type PushMetricExporterConfig = (OtlpExporterConfig | ConsoleExporterConfig) & {
  readonly temporality: MetricTemporality;
  readonly defaultHistogramAggregation: HistogramAggregation;
};

/** Queue in front of an exporter (BSP and BLRP variables). */
export interface BatchConfig {
  readonly scheduleDelayMillis: number;
  /** 0 means no limit. */
  readonly exportTimeoutMillis: number;
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
}

/** One way out for spans or log records; `simple` hands on each item at once. */
export interface ProcessorConfig<Exporter> {
  readonly type: 'batch' | 'simple';
  readonly batch: BatchConfig;
  readonly exporter: Exporter;
}

/** One way out for metrics: pushed at an interval, or pulled by Prometheus. */
export type MetricReaderConfig =
  | {
      readonly type: 'periodic';
      readonly intervalMillis: number;
      /** 0 means no limit. */
      readonly timeoutMillis: number;
      readonly exporter: PushMetricExporterConfig;
    }
  | {
      readonly type: 'prometheus';
      readonly host: string;
      /** 0 means any free port. */
      readonly port: number;
    };

/** Bounds on what one span or log record may carry; `Infinity` means no limit. */
export interface AttributeLimits {
  readonly attributeCount: number;
  readonly attributeValueLength: number;
}

/** Bounds on what one span may carry (OTel "Span Limits"). */
export interface SpanLimitsConfig extends AttributeLimits {
  readonly eventCount: number;
  readonly linkCount: number;
  readonly attributesPerEvent: number;
  readonly attributesPerLink: number;
}

/** Samplers of the specification (`OTEL_TRACES_SAMPLER`). */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio';

/** Which traces are recorded. */
export interface SamplerConfig {
  readonly name: SamplerName;
  /** From 0 to 1; only the ratio samplers look at it. */
  readonly ratio: number;
}

/** Ways to carry trace context (`OTEL_PROPAGATORS`). */
export type PropagatorName = 'tracecontext' | 'baggage' | 'b3' | 'b3multi';
/** Which measurements may become exemplars (`OTEL_METRICS_EXEMPLAR_FILTER`). */
export type ExemplarFilter = 'trace_based' | 'always_on' | 'always_off';
/** Who finds out about the process (`OTEL_NODE_RESOURCE_DETECTORS`). */
export type ResourceDetectorName = 'env' | 'host' | 'os' | 'process' | 'service';
/** From which level on the SDK speaks of itself (`OTEL_LOG_LEVEL`). */
export type DiagLevel = 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all';

/** A value of a resource attribute that is no text. */
export type TypedAttributeValue = number | boolean | readonly string[] | readonly number[] | readonly boolean[];

/** All that `OTEL_*` can say, read and checked. An empty list of processors or readers means: this signal leaves nowhere. */
export interface TelemetryConfig {
  /** `OTEL_SDK_DISABLED`: record nothing, but keep propagating. */
  readonly disabled: boolean;
  readonly logLevel: DiagLevel;
  readonly resource: {
    /** Absent: the specification's default, or the application's own. */
    readonly serviceName?: string;
    readonly attributes: Readonly<Record<string, string>>;
    /** Attributes of a configuration file that are no texts. */
    readonly typedAttributes?: Readonly<Record<string, TypedAttributeValue>>;
    readonly detectors: readonly ResourceDetectorName[];
  };
  readonly propagators: readonly PropagatorName[];
  readonly traces: {
    readonly processors: readonly ProcessorConfig<SpanExporterConfig>[];
    readonly sampler: SamplerConfig;
    readonly limits: SpanLimitsConfig;
  };
  readonly metrics: {
    readonly readers: readonly MetricReaderConfig[];
    readonly exemplarFilter: ExemplarFilter;
  };
  readonly logs: {
    readonly processors: readonly ProcessorConfig<LogRecordExporterConfig>[];
    readonly limits: AttributeLimits;
  };
  /** `OTEL_SEMCONV_STABILITY_OPT_IN`, as given. */
  readonly semconvStabilityOptIn: readonly string[];
}
