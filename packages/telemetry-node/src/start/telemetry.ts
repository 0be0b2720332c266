import type { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import type {
  Attributes,
  Logger,
  Meter,
  MeterProvider,
  LoggerProvider,
  TextMapPropagator,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { IMetricReader, ViewOptions } from '@opentelemetry/sdk-metrics';
import type { TelemetryHealth, TelemetryHealthChange } from '../health/telemetry-health.ts';
import type { SpanRedaction } from '../spans/span-redaction.ts';
import type { GrpcModule } from '../transport/grpc/grpc-module.ts';

/** What the application adds to the configuration. */
export interface StartTelemetryOptions {
  /** Defaults of the application, e.g. its service.name; what `OTEL_*` says wins over them. */
  readonly resourceAttributes?: Attributes;
  /** Name of `tracer`, `meter` and `logger`; default `@dcc-mcp/telemetry-node`. */
  readonly scopeName?: string;
  /** Version of that scope; default none. */
  readonly scopeVersion?: string;
  /** Readers of your own. Each of them records everything once more; prefer `Telemetry.metricReader`. */
  readonly metricReaders?: readonly IMetricReader[];
  /** Offer `metricReader` for scraping even when no `prometheus` reader is configured (default false). */
  readonly pull?: boolean;
  /** Register as the process's global providers, propagator and context manager (default false). */
  readonly setGlobals?: boolean;
  /** Called once per change of an exporter's state; throwing does no harm. */
  readonly onHealthChange?: (change: TelemetryHealthChange) => void;
  /**
   * Who encodes and sends spans over http/protobuf: OpenTelemetry's `OTLPTraceExporter` (default), or the one-pass encoder
   * and the transport of this package, which cost less.
   */
  readonly exporter?: 'official' | 'fast';
  /**
   * Span attributes whose numbers leave as doubles also when they are whole, where the fast exporter writes them: a
   * backend that types its columns would else see a key change its type.
   */
  readonly doubleAttributes?: readonly string[];
  /** Looks at each sampled span when it has ended, once for all exporters. Default: nothing is replaced. */
  readonly spanRedaction?: SpanRedaction;
  /**
   * Series that one instrument may have before the SDK folds the rest into `otel_metric_overflow`; default 2,000, the
   * SDK's. Set it above your own budgets where you have some.
   */
  readonly cardinalityLimit?: number;
  /** Metric views, applied to every exporter. */
  readonly views?: readonly ViewOptions[];
  /** Files from which optional exporter packages are resolved; default this package and the working directory. */
  readonly resolveFrom?: readonly string[];
  /** The module `@grpc/grpc-js`, from an application that brings it; none is looked for then. */
  readonly grpc?: GrpcModule | undefined;
  /** Clock of health and self-metrics, epoch milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** Options of `forceFlush` and `shutdown`. */
export interface FlushOptions {
  /** Bound of the whole call in milliseconds; default 30,000 for `forceFlush`, 5,000 for `shutdown`. */
  readonly timeoutMillis?: number;
}

/** A running instance; it shares nothing with another one in the same process. */
export interface Telemetry {
  /** No-op when no span leaves. */
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly logger: Logger;
  /** The configured propagators, also when telemetry is disabled. */
  readonly propagator: TextMapPropagator;
  readonly resource: Resource;
  /**
   * The one cumulative reader, which answers scrapes and which push exporters collect from, too. Present when `pull` or a
   * `prometheus` reader asks for it.
   */
  readonly metricReader?: PrometheusReader;
  /**
   * For information metrics such as a build_info: real as soon as `metricReader` is there, also when telemetry is disabled.
   */
  readonly infoMeter: Meter;
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
  /** Whether spans are recorded for someone. */
  readonly isTracing: boolean;
  /** Whether measurements are recorded for someone. */
  readonly isMetering: boolean;
  /** Whether log records leave. */
  readonly isLogging: boolean;
  /** A tracer of another scope; so `meterFor` and `loggerFor`. */
  tracerFor(name: string, version?: string): Tracer;
  meterFor(name: string, version?: string): Meter;
  loggerFor(name: string, version?: string): Logger;
  /** A snapshot; cheap enough for every health check. */
  health(): TelemetryHealth;
  /** Sends all that waits; resolves after it was sent, given up, or `timeoutMillis` passed. Never rejects. */
  forceFlush(options?: FlushOptions): Promise<void>;
  /** Flushes, then stops; what could not be sent in time is counted as `shutdown_timeout`. Idempotent, never rejects. */
  shutdown(options?: FlushOptions): Promise<void>;
}
