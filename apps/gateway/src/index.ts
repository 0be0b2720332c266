import type { LoggerProvider, MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { CreateGatewayOptions } from './config/load/create-gateway-options.ts';
import { createGateway as create } from './create-gateway.ts';
import type { Log } from './protocol/log.ts';

export type { CreateGatewayOptions } from './config/load/create-gateway-options.ts';

/** A gateway that runs in this process. */
export interface RunningGateway {
  /** Where it listens. */
  readonly url: string | undefined;
  /** Listeners that serve metrics alone: `METRICS_PORT`, and the one of the specification. */
  readonly metricsUrls: readonly string[];
  /** The gateway's log: to `options.log`, and to the collector where log records leave. */
  readonly log: Log;
  readonly telemetry: RunningTelemetry;
  /** Stops in order: no new work, work in flight, listener and streams, telemetry, upstreams. Idempotent. */
  stop(): Promise<void>;
}

/** The telemetry of one gateway; it registers no global. */
export interface RunningTelemetry {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
  /** What answers scrapes, a `PrometheusReader` of `@dcc-mcp/prometheus-bridge`; present where `/metrics` is served. */
  readonly metricReader?: MetricReader;
  /** Sends all that waits; default bound 30,000 ms. Never rejects. */
  forceFlush(options?: { readonly timeoutMillis?: number }): Promise<void>;
}

/** Answers scrapes of the metrics of one gateway. */
export interface MetricReader {
  /** @param accept The `Accept` header of the scrape; default: Prometheus text. */
  scrape(accept?: string): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined;
  }>;
}

/**
 * Starts a gateway inside this process. Several at once don't share anything.
 *
 * @throws {Error} When the configuration must not start like this; the message names every reason.
 */
export const createGateway: (options?: CreateGatewayOptions) => Promise<RunningGateway> = create;
