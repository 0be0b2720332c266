import type {
  MetricReaderConfig,
  OtlpExporterConfig,
  ProcessorConfig,
  SpanExporterConfig,
  LogRecordExporterConfig,
} from '@dcc-mcp/telemetry-config';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { MetricReader, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { BatchQueue } from '../export/batch-queue.ts';
import { ConsoleExporter } from '../export/console-exporter.ts';
import { logRecordsToText, metricsToText, spansToText } from '../export/console-text.ts';
import type { Exporter, ShutdownSignals } from '../export/exporter.ts';
import { FailedExporter } from '../export/exporter.ts';
import { createFailure } from '../health/export-failure.ts';
import { ExporterMonitor } from '../health/exporter-monitor.ts';
import type { TelemetryHealthChange, TelemetrySignal } from '../health/telemetry-health.ts';
import { PeriodicPush } from '../metrics/periodic-push.ts';
import { OtlpExporter } from '../otlp/otlp-exporter.ts';
import {
  createLogsEncoder,
  createMetricsEncoder,
  createSpanEncoder,
  type SpanEncoding,
  type RequestEncoder,
} from '../otlp/request-encoder.ts';
import { GRPC_PACKAGES, loadGrpc } from '../transport/grpc-module.ts';
import { GrpcTransport } from '../transport/grpc-transport.ts';
import { HttpTransport } from '../transport/http-transport.ts';
import type { OtlpTransport } from '../transport/transport.ts';

/** What every pipeline of one instance shares. */
export interface PipelineContext {
  readonly monitors: ExporterMonitor[];
  readonly signals: ShutdownSignals;
  readonly now: () => number;
  readonly onHealthChange?: (change: TelemetryHealthChange) => void;
  /** Settles once the resource is complete. */
  readonly ready: () => Promise<void>;
  readonly spanEncoding: SpanEncoding;
  /** Files from which optional packages are resolved. */
  readonly resolveFrom: readonly string[];
}

export function createSpanQueues(
  processors: readonly ProcessorConfig<SpanExporterConfig>[],
  context: PipelineContext,
): BatchQueue<ReadableSpan>[] {
  return processors.map(({ type, batch, exporter }) => {
    const monitor = createMonitor('traces', exporter, context);
    const built: Exporter<readonly ReadableSpan[]> =
      exporter.type === 'console'
        ? new ConsoleExporter(spansToText)
        : createOtlp('traces', exporter, createSpanEncoder(exporter.protocol, context.spanEncoding), monitor, context);
    return new BatchQueue(type === 'simple' ? { ...batch, maxExportBatchSize: 1 } : batch, built, monitor);
  });
}

export function createLogQueues(
  processors: readonly ProcessorConfig<LogRecordExporterConfig>[],
  context: PipelineContext,
): BatchQueue<ReadableLogRecord>[] {
  return processors.map(({ type, batch, exporter }) => {
    const monitor = createMonitor('logs', exporter, context);
    const built: Exporter<readonly ReadableLogRecord[]> =
      exporter.type === 'console'
        ? new ConsoleExporter(logRecordsToText)
        : createOtlp('logs', exporter, createLogsEncoder(exporter.protocol), monitor, context);
    return new BatchQueue(type === 'simple' ? { ...batch, maxExportBatchSize: 1 } : batch, built, monitor);
  });
}

export type PeriodicReaderConfig = Extract<MetricReaderConfig, { type: 'periodic' }>;

export function createPush(config: PeriodicReaderConfig, reader: MetricReader, context: PipelineContext): PeriodicPush {
  const { exporter, intervalMillis, timeoutMillis } = config;
  const monitor = createMonitor('metrics', exporter, context);
  const built: Exporter<ResourceMetrics> =
    exporter.type === 'console'
      ? new ConsoleExporter(metricsToText)
      : createOtlp('metrics', exporter, createMetricsEncoder(exporter.protocol), monitor, context);
  return new PeriodicPush({
    reader,
    exporter: built,
    monitor,
    temporality: exporter.temporality,
    intervalMillis,
    timeoutMillis,
  });
}

function createMonitor(
  signal: TelemetrySignal,
  exporter: OtlpExporterConfig | { readonly type: 'console' },
  { monitors, now, onHealthChange }: PipelineContext,
): ExporterMonitor {
  const index = monitors.filter((monitor) => monitor.identity.signal === signal).length;
  const target =
    exporter.type === 'console'
      ? { protocol: 'console' }
      : { protocol: exporter.protocol, endpoint: maskEndpoint(exporter.endpoint) };
  const monitor = new ExporterMonitor(
    { id: `${signal}/${index}`, signal, ...target },
    { now, ...(onHealthChange === undefined ? {} : { onChange: onHealthChange }) },
  );
  monitors.push(monitor);
  return monitor;
}

/** An endpoint as it may be shown: without credentials and without the query, which may hold a key. */
export function maskEndpoint(endpoint: string): string {
  if (!URL.canParse(endpoint)) {
    return endpoint.split(/[?#]/)[0] ?? '';
  }
  const url = new URL(endpoint);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return endpoint.split(/[?#]/)[0] ?? '';
  }
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

function createOtlp<Batch>(
  signal: TelemetrySignal,
  config: OtlpExporterConfig,
  encoder: RequestEncoder<Batch>,
  monitor: ExporterMonitor,
  context: PipelineContext,
): Exporter<Batch> {
  const transport = createTransport(signal, config, context.resolveFrom);
  if ('failure' in transport) {
    monitor.fail(transport.failure);
    return new FailedExporter(transport.failure);
  }
  return new OtlpExporter({
    encode: encoder.encode,
    transport: transport.transport,
    timeoutMillis: config.timeoutMillis,
    signals: context.signals,
    ready: async () => {
      await context.ready();
      await encoder.ready();
    },
    onRetryFailed: (failure) => {
      monitor.fail(failure);
    },
  });
}

type Created = { readonly transport: OtlpTransport } | { readonly failure: ReturnType<typeof createFailure> };

/** Builds what carries OTLP for `config`, or says why it can't be built. */
export function createTransport(
  signal: TelemetrySignal,
  config: OtlpExporterConfig,
  resolveFrom: readonly string[],
): Created {
  if (config.protocol === 'grpc') {
    const grpc = loadGrpc(signal, resolveFrom);
    return grpc === undefined
      ? { failure: missingPackage(signal) }
      : { transport: new GrpcTransport(grpc, signal, config) };
  }
  const scheme = URL.canParse(config.endpoint) ? new URL(config.endpoint).protocol : '';
  if (scheme !== 'http:' && scheme !== 'https:') {
    return {
      failure: createFailure('invalid_configuration', `"${maskEndpoint(config.endpoint)}" is not an http(s) URL`),
    };
  }
  return { transport: new HttpTransport(config) };
}

function missingPackage(signal: TelemetrySignal): ReturnType<typeof createFailure> {
  const name = GRPC_PACKAGES[signal];
  return createFailure('exporter_package_missing', `protocol grpc needs the package ${name}, which is not installed`, {
    action: `npm install ${name}, or set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf (port 4318)`,
  });
}
