import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { inspectItems } from './console-exporter.ts';

function toMillis([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1_000 + nanos / 1_000_000;
}

export function spansToText(spans: readonly ReadableSpan[]): string {
  return inspectItems(
    spans.map((span) => ({
      span: span.name,
      kind: SpanKind[span.kind],
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parentSpanId: span.parentSpanContext?.spanId,
      start: new Date(toMillis(span.startTime)).toISOString(),
      durationMillis: toMillis(span.duration),
      status: { code: SpanStatusCode[span.status.code], message: span.status.message },
      attributes: span.attributes,
      events: span.events,
      links: span.links,
      scope: span.instrumentationScope.name,
      resource: span.resource.attributes,
    })),
  );
}

export function metricsToText(metrics: ResourceMetrics): string {
  return inspectItems(
    metrics.scopeMetrics.flatMap((scope) =>
      scope.metrics.map((metric) => ({
        metric: metric.descriptor.name,
        unit: metric.descriptor.unit,
        scope: scope.scope.name,
        dataPoints: metric.dataPoints.map(({ attributes, value }) => ({ attributes, value })),
      })),
    ),
  );
}

export function logRecordsToText(records: readonly ReadableLogRecord[]): string {
  return inspectItems(
    records.map((record) => ({
      log: record.body,
      event: record.eventName,
      time: new Date(toMillis(record.hrTime)).toISOString(),
      severity: record.severityText ?? record.severityNumber,
      traceId: record.spanContext?.traceId,
      spanId: record.spanContext?.spanId,
      attributes: record.attributes,
      scope: record.instrumentationScope.name,
    })),
  );
}
