import type { LogRecordExporterConfig, ProcessorConfig, SpanExporterConfig } from '@dcc-mcp/telemetry-config';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { OutgoingSpan } from '../encoder/encoded-span.ts';
import { BatchQueue } from '../export/batch-queue.ts';
import { ConsoleExporter } from '../export/console-exporter.ts';
import { logRecordsToText, spansToText } from '../export/console-text.ts';
import type { Exporter } from '../export/exporter.ts';
import { createMonitor, type PipelineContext } from '../export/pipeline-context.ts';
import { createOtlpExporter, createSpanExporter } from '../otlp/create-exporter.ts';
import { createLogsEncoder } from '../otlp/request-encoder.ts';

function countItems(items: readonly unknown[]): number {
  return items.length;
}

/** One queue with its exporter for each processor of spans. */
export function createSpanQueues(
  processors: readonly ProcessorConfig<SpanExporterConfig>[],
  context: PipelineContext,
): BatchQueue<OutgoingSpan>[] {
  return processors.map(({ type, batch, exporter }) => {
    const monitor = createMonitor('traces', exporter, context);
    const built: Exporter<readonly OutgoingSpan[]> =
      exporter.type === 'console'
        ? new ConsoleExporter({ toText: spansToText, count: countItems })
        : createSpanExporter({ config: exporter, monitor }, batch.exportTimeoutMillis, context);
    return new BatchQueue(type === 'simple' ? { ...batch, maxExportBatchSize: 1 } : batch, built, monitor);
  });
}

/** One queue with its exporter for each processor of log records. */
export function createLogQueues(
  processors: readonly ProcessorConfig<LogRecordExporterConfig>[],
  context: PipelineContext,
): BatchQueue<ReadableLogRecord>[] {
  return processors.map(({ type, batch, exporter }) => {
    const monitor = createMonitor('logs', exporter, context);
    const built: Exporter<readonly ReadableLogRecord[]> =
      exporter.type === 'console'
        ? new ConsoleExporter({ toText: logRecordsToText, count: countItems })
        : createOtlpExporter({ config: exporter, monitor }, createLogsEncoder(exporter.protocol), context);
    return new BatchQueue(type === 'simple' ? { ...batch, maxExportBatchSize: 1 } : batch, built, monitor);
  });
}
