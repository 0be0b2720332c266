import type { OtlpProtocol } from '@dcc-mcp/telemetry-config';
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { EncodedSpan, type OutgoingSpan } from '../encoder/encoded-span.ts';
import { SpanEncoder } from '../encoder/span-encoder.ts';
import type { SpanExport } from '../export/pipeline-context.ts';
import { toJsonLogs } from '../json/json-logs.ts';
import { toJsonMetrics } from '../json/json-metrics.ts';
import { toJsonTraces } from '../json/json-spans.ts';
import { toEncodableMetrics } from './encodable-metrics.ts';
import { listParts, METRIC_PARTS, type BatchParts } from './export-parts.ts';

/** Turns batches of one signal into request bodies. */
export interface RequestEncoder<Batch> {
  /** @throws {Error} When a record holds what can't be encoded. */
  readonly encode: (batch: Batch) => Uint8Array | undefined;
  readonly parts: BatchParts<Batch>;
  /** Parts whose bodies, one behind the other, are a body of the whole; absent where no such parts are known. */
  readonly slices?: (batch: Batch) => readonly Batch[];
  /** Encodes records before their batch is due; absent where a batch is encoded as a whole. */
  readonly ahead?: (waiting: Batch) => Batch;
}

const SPAN_PARTS = listParts<ReadableSpan>();
const OUTGOING_PARTS = listParts<OutgoingSpan>();
const LOG_PARTS = listParts<ReadableLogRecord>();

/** Encoder of spans that are encoded when their batch leaves: ours for JSON, the official one for protobuf. */
export function createSpanEncoder(
  protocol: OtlpProtocol,
  { doubleAttributes }: SpanExport,
): RequestEncoder<readonly ReadableSpan[]> {
  if (protocol === 'http/json') {
    const doubles = new Set(doubleAttributes);
    return { encode: (spans) => toJsonTraces(spans, doubles), parts: SPAN_PARTS };
  }
  return { encode: (spans) => ProtobufTraceSerializer.serializeRequest([...spans]), parts: SPAN_PARTS };
}

/** Encoder of spans as protobuf that has most of a batch encoded before it leaves. */
export function createFastSpanEncoder({ doubleAttributes }: SpanExport): RequestEncoder<readonly OutgoingSpan[]> {
  const fast = new SpanEncoder(doubleAttributes);
  return {
    encode: (spans) => fast.encode(spans),
    parts: OUTGOING_PARTS,
    slices: sliced,
    ahead: (waiting) => fast.encodeEach(waiting),
  };
}

export function createMetricsEncoder(protocol: OtlpProtocol): RequestEncoder<ResourceMetrics> {
  return {
    encode:
      protocol === 'http/json'
        ? (metrics) => toJsonMetrics(toEncodableMetrics(metrics))
        : (metrics) => ProtobufMetricsSerializer.serializeRequest(toEncodableMetrics(metrics)),
    parts: METRIC_PARTS,
  };
}

export function createLogsEncoder(protocol: OtlpProtocol): RequestEncoder<readonly ReadableLogRecord[]> {
  return {
    encode: protocol === 'http/json' ? toJsonLogs : (records) => ProtobufLogsSerializer.serializeRequest([...records]),
    parts: LOG_PARTS,
  };
}

/** Spans of a batch that are encoded in one turn of the event loop, beside those that were encoded ahead. */
const SLICE_SPANS = 32;

/** A message that is written twice is merged, and what is repeated in it comes one behind the other (Protocol Buffers, "Encoding"). */
function sliced(spans: readonly OutgoingSpan[]): readonly (readonly OutgoingSpan[])[] {
  const left = spans.filter((span) => !(span instanceof EncodedSpan)).length;
  const size = left <= SLICE_SPANS ? spans.length : SLICE_SPANS;
  return Array.from({ length: Math.ceil(spans.length / size) }, (_, index) =>
    spans.slice(index * size, (index + 1) * size),
  );
}
