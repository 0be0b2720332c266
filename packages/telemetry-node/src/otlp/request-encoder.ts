import type { OtlpProtocol } from '@dcc-mcp/telemetry-config';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { SpanEncoder } from '../encoder/span-encoder.ts';
import type { SpanExport } from '../export/pipeline-context.ts';
import { toJsonLogs } from '../json/json-logs.ts';
import { toJsonMetrics } from '../json/json-metrics.ts';
import { toJsonTraces } from '../json/json-spans.ts';
import { toEncodableMetrics } from './encodable-metrics.ts';
import { listParts, METRIC_PARTS, type BatchParts } from './export-parts.ts';
import { loadSerializers, serializers } from './official-serializers.ts';

/** Turns batches of one signal into request bodies. */
export interface RequestEncoder<Batch> {
  /** Settles once `encode` has nothing left to load. */
  readonly ready: () => Promise<void>;
  /** @throws {Error} When a record holds what can't be encoded. */
  readonly encode: (batch: Batch) => Uint8Array | undefined;
  readonly parts: BatchParts<Batch>;
  /** Parts whose bodies, one behind the other, are a body of the whole; absent where no such parts are known. */
  readonly slices?: (batch: Batch) => readonly Batch[];
}

const SPAN_PARTS = listParts<ReadableSpan>();
const LOG_PARTS = listParts<ReadableLogRecord>();

/** Encoder of spans: ours for JSON, and for protobuf where the fast exporter is asked for, else the official one. */
export function createSpanEncoder(
  protocol: OtlpProtocol,
  { exporter, doubleAttributes }: SpanExport,
): RequestEncoder<readonly ReadableSpan[]> {
  if (protocol === 'http/json') {
    const doubles = new Set(doubleAttributes);
    return own((spans) => toJsonTraces(spans, doubles), SPAN_PARTS);
  }
  if (exporter === 'official') {
    return official((spans) => serializers().ProtobufTraceSerializer.serializeRequest([...spans]), SPAN_PARTS);
  }
  const fast = new SpanEncoder(doubleAttributes);
  return { ...own((spans) => fast.encode(spans), SPAN_PARTS), slices: sliced };
}

export function createMetricsEncoder(protocol: OtlpProtocol): RequestEncoder<ResourceMetrics> {
  return protocol === 'http/json'
    ? own((metrics) => toJsonMetrics(toEncodableMetrics(metrics)), METRIC_PARTS)
    : official(
        (metrics) => serializers().ProtobufMetricsSerializer.serializeRequest(toEncodableMetrics(metrics)),
        METRIC_PARTS,
      );
}

export function createLogsEncoder(protocol: OtlpProtocol): RequestEncoder<readonly ReadableLogRecord[]> {
  return protocol === 'http/json'
    ? own(toJsonLogs, LOG_PARTS)
    : official((records) => serializers().ProtobufLogsSerializer.serializeRequest([...records]), LOG_PARTS);
}

/** Spans that are encoded in one turn of the event loop: a third of a millisecond. */
const SLICE_SPANS = 64;

/** A message that is written twice is merged, and what is repeated in it comes one behind the other (Protocol Buffers, "Encoding"). */
function sliced(spans: readonly ReadableSpan[]): readonly (readonly ReadableSpan[])[] {
  return Array.from({ length: Math.ceil(spans.length / SLICE_SPANS) }, (_, index) =>
    spans.slice(index * SLICE_SPANS, (index + 1) * SLICE_SPANS),
  );
}

function own<Batch>(encode: RequestEncoder<Batch>['encode'], parts: BatchParts<Batch>): RequestEncoder<Batch> {
  return { ready: () => Promise.resolve(), encode, parts };
}

/** Loading begins at once, so that the first batch need not wait for it; whoever waits for it hears of a failure. */
function official<Batch>(encode: RequestEncoder<Batch>['encode'], parts: BatchParts<Batch>): RequestEncoder<Batch> {
  loadSerializers().catch(() => undefined);
  return { ready: loadSerializers, encode, parts };
}
