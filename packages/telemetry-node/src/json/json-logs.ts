import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { groupByScope } from '../encoder/grouped-records.ts';
import {
  toJsonAnyValue,
  toJsonAttributes,
  toJsonBody,
  toJsonResource,
  toJsonScope,
  toJsonText,
  toJsonTime,
  type JsonMessage,
} from './json-values.ts';

function toJsonLogRecord(record: ReadableLogRecord): JsonMessage {
  return {
    timeUnixNano: toJsonTime(record.hrTime),
    observedTimeUnixNano: toJsonTime(record.hrTimeObserved),
    severityNumber: record.severityNumber,
    severityText: toJsonText(record.severityText ?? ''),
    eventName: toJsonText(record.eventName ?? ''),
    body: record.body === undefined ? undefined : toJsonAnyValue(record.body),
    attributes: toJsonAttributes(record.attributes),
    droppedAttributesCount: record.droppedAttributesCount,
    flags: record.spanContext?.traceFlags,
    traceId: record.spanContext?.traceId,
    spanId: record.spanContext?.spanId,
  };
}

/** An `ExportLogsServiceRequest`. */
export function toJsonLogs(records: readonly ReadableLogRecord[]): Uint8Array {
  const resourceLogs = [...groupByScope(records)].map(([resource, scopes]) => ({
    resource: toJsonResource(resource),
    schemaUrl: resource.schemaUrl,
    scopeLogs: [...scopes].map(([scope, members]) => ({
      scope: toJsonScope(scope),
      logRecords: members.map(toJsonLogRecord),
      schemaUrl: scope.schemaUrl,
    })),
  }));
  return toJsonBody({ resourceLogs });
}
