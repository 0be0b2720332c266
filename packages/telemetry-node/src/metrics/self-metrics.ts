import type { Meter, ObservableResult } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { ExporterMonitor } from '../health/exporter-monitor.ts';
import type { TelemetrySignal } from '../health/telemetry-health.ts';
import type { SpanCounts } from '../spans/span-pipeline.ts';

/** Words of the conventions for what each signal carries (https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics). */
const ITEMS: Readonly<Record<TelemetrySignal, { readonly name: string; readonly unit: string }>> = {
  traces: { name: 'span', unit: '{span}' },
  logs: { name: 'log', unit: '{log_record}' },
  metrics: { name: 'metric_data_point', unit: '{data_point}' },
};

type Attributes = Record<string, string>;

function exporterAttributes(monitor: ExporterMonitor): Attributes {
  const type = `otlp_${monitor.identity.protocol === 'grpc' ? 'grpc' : monitor.identity.protocol.replace('/', '_')}`;
  const kind = monitor.identity.signal === 'traces' ? 'span' : monitor.identity.signal === 'logs' ? 'log' : 'metric';
  return {
    'otel.component.type': monitor.identity.protocol === 'console' ? 'console' : `${type}_${kind}_exporter`,
    'otel.component.name': monitor.identity.id,
  };
}

function processorAttributes(monitor: ExporterMonitor): Attributes {
  const kind = monitor.identity.signal === 'traces' ? 'span' : 'log';
  return { 'otel.component.type': `batching_${kind}_processor`, 'otel.component.name': monitor.identity.id };
}

/**
 * Registers the export pipeline's own metrics as observables over numbers that are counted anyway:
 * nothing is recorded on the path of a span.
 */
export function registerExporterMetrics(meter: Meter, monitors: readonly ExporterMonitor[]): void {
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    const members = monitors.filter((monitor) => monitor.identity.signal === signal);
    if (members.length === 0) {
      continue;
    }
    registerExports(meter, signal, members);
    if (signal !== 'metrics') {
      registerQueue(meter, signal, members);
    }
  }
}

function registerExports(meter: Meter, signal: TelemetrySignal, monitors: readonly ExporterMonitor[]): void {
  const { name, unit } = ITEMS[signal];
  meter
    .createObservableCounter(`otel.sdk.exporter.${name}.exported`, {
      unit,
      description: 'Items whose export has finished; error.type says why it failed.',
    })
    .addCallback((result) => {
      for (const monitor of monitors) {
        observeExported(result, monitor);
      }
    });
  meter
    .createObservableUpDownCounter(`otel.sdk.exporter.${name}.inflight`, {
      unit,
      description: 'Items that were passed to the exporter and are not yet exported.',
    })
    .addCallback((result) => {
      for (const monitor of monitors) {
        result.observe(monitor.inflight, exporterAttributes(monitor));
      }
    });
}

function observeExported(result: ObservableResult, monitor: ExporterMonitor): void {
  const attributes = exporterAttributes(monitor);
  result.observe(monitor.exported, attributes);
  for (const [cause, count] of monitor.failedByCause) {
    result.observe(count, { ...attributes, [ATTR_ERROR_TYPE]: cause });
  }
  if (monitor.dropped.rejected > 0) {
    result.observe(monitor.dropped.rejected, { ...attributes, [ATTR_ERROR_TYPE]: 'rejected' });
  }
}

function registerQueue(meter: Meter, signal: TelemetrySignal, monitors: readonly ExporterMonitor[]): void {
  const { name, unit } = ITEMS[signal];
  const prefix = `otel.sdk.processor.${name}`;
  meter
    .createObservableUpDownCounter(`${prefix}.queue.size`, { unit, description: 'Items that wait in the queue.' })
    .addCallback((result) => {
      for (const monitor of monitors) {
        result.observe(monitor.queue()?.size ?? 0, processorAttributes(monitor));
      }
    });
  meter
    .createObservableUpDownCounter(`${prefix}.queue.capacity`, { unit, description: 'Items the queue can hold.' })
    .addCallback((result) => {
      for (const monitor of monitors) {
        result.observe(monitor.queue()?.capacity ?? 0, processorAttributes(monitor));
      }
    });
  meter
    .createObservableCounter(`${prefix}.processed`, {
      unit,
      description: 'Items whose processing has finished; error.type says why one was dropped.',
    })
    .addCallback((result) => {
      for (const monitor of monitors) {
        observeProcessed(result, monitor);
      }
    });
}

function observeProcessed(result: ObservableResult, monitor: ExporterMonitor): void {
  const attributes = processorAttributes(monitor);
  result.observe(monitor.exported, attributes);
  for (const [reason, count] of Object.entries(monitor.dropped)) {
    if (count > 0) {
      result.observe(count, { ...attributes, [ATTR_ERROR_TYPE]: reason });
    }
  }
}

/** Registers `otel.sdk.span.started` and `otel.sdk.span.live`. */
export function registerSpanMetrics(meter: Meter, counts: SpanCounts): void {
  meter
    .createObservableCounter('otel.sdk.span.started', {
      unit: '{span}',
      description: 'Spans created, by sampling result.',
    })
    .addCallback((result) => {
      result.observe(counts.sampled, { 'otel.span.sampling_result': 'RECORD_AND_SAMPLE' });
      result.observe(counts.recordOnly, { 'otel.span.sampling_result': 'RECORD_ONLY' });
      result.observe(counts.dropped, { 'otel.span.sampling_result': 'DROP' });
    });
  meter
    .createObservableUpDownCounter('otel.sdk.span.live', {
      unit: '{span}',
      description: 'Recorded spans that have not ended.',
    })
    .addCallback((result) => {
      result.observe(counts.live);
    });
}
