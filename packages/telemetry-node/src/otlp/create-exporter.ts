import type { OtlpExporterConfig } from '@dcc-mcp/telemetry-config';
import type { OutgoingSpan } from '../encoder/encoded-span.ts';
import { FailedExporter, tighterTimeout, type Exporter } from '../export/exporter.ts';
import type { PipelineContext } from '../export/pipeline-context.ts';
import type { ExportFailure } from '../health/export-failure.ts';
import type { ExporterMonitor } from '../health/exporter-monitor.ts';
import { checkHttpEndpoint, createTransport } from '../transport/create-transport.ts';
import { OfficialTraceExporter } from './official-trace-exporter.ts';
import { OtlpExporter } from './otlp-exporter.ts';
import { createFastSpanEncoder, createSpanEncoder, type RequestEncoder } from './request-encoder.ts';

/** One OTLP exporter that is to be built: where it sends to and who watches it. */
export interface OtlpExporterPlan {
  readonly config: OtlpExporterConfig;
  readonly monitor: ExporterMonitor;
}

/** Builds an exporter of ours; one that can't be built counts every batch as failed. */
export function createOtlpExporter<Batch>(
  { config, monitor }: OtlpExporterPlan,
  encoder: RequestEncoder<Batch>,
  context: PipelineContext,
): Exporter<Batch> {
  const created = createTransport(monitor.identity.signal, config, context);
  if ('failure' in created) {
    return failed({ monitor, failure: created.failure }, encoder.parts.count);
  }
  return new OtlpExporter({
    encoder,
    transport: created.transport,
    timeoutMillis: config.timeoutMillis,
    signals: context.signals,
    ready: context.ready,
    onRetryFailed: (failure) => {
      monitor.fail(failure);
    },
  });
}

/**
 * Builds an exporter of spans: over http/protobuf OpenTelemetry's own, unless the fast one is asked for.
 *
 * @param timeoutMillis Bound of the queue, beside the exporter's own; 0 means none.
 */
export function createSpanExporter(
  plan: OtlpExporterPlan,
  timeoutMillis: number,
  context: PipelineContext,
): Exporter<readonly OutgoingSpan[]> {
  const { config, monitor } = plan;
  if (config.protocol !== 'http/json' && context.spanExport.exporter === 'fast') {
    return createOtlpExporter(plan, createFastSpanEncoder(context.spanExport), context);
  }
  if (config.protocol !== 'http/protobuf') {
    return createOtlpExporter(plan, createSpanEncoder(config.protocol, context.spanExport), context);
  }
  const failure = checkHttpEndpoint(config.endpoint);
  if (failure !== undefined) {
    return failed({ monitor, failure }, (spans) => spans.length);
  }
  return new OfficialTraceExporter({
    config,
    timeoutMillis: tighterTimeout(timeoutMillis, config.timeoutMillis),
    signals: context.signals,
    ready: context.ready,
    onRetryFailed: (retried) => {
      monitor.fail(retried);
    },
  });
}

function failed<Batch>(
  { monitor, failure }: { readonly monitor: ExporterMonitor; readonly failure: ExportFailure },
  count: (batch: Batch) => number,
): Exporter<Batch> {
  monitor.fail(failure);
  return new FailedExporter(failure, count);
}
