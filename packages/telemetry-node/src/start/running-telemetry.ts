import type { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import type {
  Logger,
  LoggerProvider,
  Meter,
  MeterProvider,
  TextMapPropagator,
  Tracer,
  TracerProvider,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { OutgoingSpan } from '../encoder/encoded-span.ts';
import type { BatchQueue } from '../export/batch-queue.ts';
import type { ExporterMonitor } from '../health/exporter-monitor.ts';
import type { TelemetryHealth } from '../health/telemetry-health.ts';
import type { MeterPipeline } from '../metrics/meter-pipeline.ts';
import type { UnsentRequest } from '../transport/transport.ts';
import type { RegisteredGlobals } from './globals.ts';
import type { FlushOptions, Telemetry } from './telemetry.ts';

const FLUSH_TIMEOUT_MILLIS = 30_000;
const SHUTDOWN_TIMEOUT_MILLIS = 5_000;
const MAX_WAIT_FOR_QUEUES_MILLIS = 1_000;

export interface TelemetryParts {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
  readonly propagator: TextMapPropagator;
  readonly resource: Resource;
  readonly scope: { readonly name: string; readonly version: string };
  readonly metrics: MeterPipeline | undefined;
  readonly isMetering: boolean;
  readonly spanQueues: readonly BatchQueue<OutgoingSpan>[];
  readonly logQueues: readonly BatchQueue<ReadableLogRecord>[];
  readonly monitors: readonly ExporterMonitor[];
  readonly closing: AbortController;
  readonly aborted: AbortController;
  readonly globals: RegisteredGlobals | undefined;
}

/** One running instance over the parts that `startTelemetry` has built. */
export class RunningTelemetry implements Telemetry {
  readonly tracer: Tracer;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly infoMeter: Meter;
  readonly propagator: TextMapPropagator;
  readonly resource: Resource;
  declare readonly metricReader?: PrometheusReader;
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
  readonly isTracing: boolean;
  readonly isMetering: boolean;
  readonly isLogging: boolean;
  readonly #parts: TelemetryParts;
  #shutdown: Promise<void> | undefined;

  constructor(parts: TelemetryParts) {
    const { scope } = parts;
    this.#parts = parts;
    this.tracerProvider = parts.tracerProvider;
    this.meterProvider = parts.meterProvider;
    this.loggerProvider = parts.loggerProvider;
    this.propagator = parts.propagator;
    this.resource = parts.resource;
    this.tracer = this.tracerFor(scope.name, scope.version);
    this.meter = this.meterFor(scope.name, scope.version);
    this.logger = this.loggerFor(scope.name, scope.version);
    this.infoMeter = (parts.metrics?.provider ?? parts.meterProvider).getMeter(scope.name, scope.version);
    this.isTracing = parts.spanQueues.length > 0;
    this.isMetering = parts.isMetering;
    this.isLogging = parts.logQueues.length > 0;
    if (parts.metrics?.pullReader !== undefined) {
      this.metricReader = parts.metrics.pullReader;
    }
  }

  tracerFor(name: string, version?: string): Tracer {
    return this.tracerProvider.getTracer(name, version);
  }

  meterFor(name: string, version?: string): Meter {
    return this.meterProvider.getMeter(name, version);
  }

  loggerFor(name: string, version?: string): Logger {
    return this.loggerProvider.getLogger(name, version);
  }

  health(): TelemetryHealth {
    const conflict = this.#parts.globals?.conflict;
    return {
      exporters: this.#parts.monitors.map((monitor) => monitor.health()),
      ...(conflict === undefined ? {} : { apiConflict: conflict }),
    };
  }

  async forceFlush({ timeoutMillis = FLUSH_TIMEOUT_MILLIS }: FlushOptions = {}): Promise<void> {
    await within(timeoutMillis, this.#drain(timeoutMillis));
  }

  shutdown({ timeoutMillis = SHUTDOWN_TIMEOUT_MILLIS }: FlushOptions = {}): Promise<void> {
    this.#shutdown ??= this.#stop(timeoutMillis);
    return this.#shutdown;
  }

  /** What waits in the queues, encoded, for a process in which nothing asynchronous runs any more. Never throws. */
  takeUnsent(): UnsentRequest[] {
    try {
      return [...this.#parts.spanQueues, ...this.#parts.logQueues].flatMap((queue) => queue.takeUnsent());
    } catch {
      return [];
    }
  }

  async #drain(timeoutMillis: number): Promise<void> {
    const { spanQueues, logQueues, metrics } = this.#parts;
    const queues = Promise.all([...spanQueues, ...logQueues].map((queue) => queue.drain()));
    // Metrics go last, so that the self-metrics among them tell how the rest went; but a collector that keeps spans
    // waiting must not cost the metrics.
    await within(Math.min(timeoutMillis / 2, MAX_WAIT_FOR_QUEUES_MILLIS), queues);
    await Promise.all((metrics?.pushes ?? []).map((push) => push.flush()));
    await queues;
    // That an exporter works or fails is told to the application, which may log it.
    await Promise.all(logQueues.map((queue) => queue.drain()));
  }

  async #stop(timeoutMillis: number): Promise<void> {
    const { spanQueues, logQueues, metrics, closing, aborted, globals } = this.#parts;
    closing.abort();
    await within(timeoutMillis, this.#drain(timeoutMillis));
    for (const queue of [...spanQueues, ...logQueues]) {
      queue.close();
    }
    for (const push of metrics?.pushes ?? []) {
      push.close();
    }
    aborted.abort();
    // Not before: without the context manager our own requests would be traced.
    globals?.unregister();
    await metrics?.shutdown().catch(() => undefined);
  }
}

/** Waits for `work`, but not longer; 0 does not wait at all. */
async function within(timeoutMillis: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMillis);
  });
  await Promise.race([work.catch(() => undefined), timeout]);
  clearTimeout(timer);
}
