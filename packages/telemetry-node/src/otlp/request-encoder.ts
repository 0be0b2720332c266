import type { OtlpProtocol } from '@dcc-mcp/telemetry-config';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { SpanEncoder } from '../encoder/span-encoder.ts';
import type { SpanExport } from '../export/pipeline-context.ts';
import { loadSerializers, serializers } from './official-serializers.ts';

/** Turns batches of one signal into request bodies. */
export interface RequestEncoder<Batch> {
  /** Settles once `encode` has nothing left to load. */
  readonly ready: () => Promise<void>;
  readonly encode: (batch: Batch) => Uint8Array | undefined;
}

/** Encoder of spans: ours for protobuf where the fast exporter is asked for, else the official one. */
export function createSpanEncoder(
  protocol: OtlpProtocol,
  { exporter, doubleAttributes }: SpanExport,
): RequestEncoder<readonly ReadableSpan[]> {
  if (protocol === 'http/json') {
    return official((spans) => serializers().JsonTraceSerializer.serializeRequest([...spans]));
  }
  if (exporter === 'official') {
    return official((spans) => serializers().ProtobufTraceSerializer.serializeRequest([...spans]));
  }
  const fast = new SpanEncoder(doubleAttributes);
  return { ready: () => Promise.resolve(), encode: (spans) => fast.encode(spans) };
}

export function createMetricsEncoder(protocol: OtlpProtocol): RequestEncoder<ResourceMetrics> {
  const name = protocol === 'http/json' ? 'JsonMetricsSerializer' : 'ProtobufMetricsSerializer';
  return official((metrics) => serializers()[name].serializeRequest(metrics));
}

export function createLogsEncoder(protocol: OtlpProtocol): RequestEncoder<readonly ReadableLogRecord[]> {
  const name = protocol === 'http/json' ? 'JsonLogsSerializer' : 'ProtobufLogsSerializer';
  return official((records) => serializers()[name].serializeRequest([...records]));
}

/** Loading begins at once, so that the first batch need not wait for it; whoever waits for it hears of a failure. */
function official<Batch>(encode: RequestEncoder<Batch>['encode']): RequestEncoder<Batch> {
  loadSerializers().catch(() => undefined);
  return { ready: loadSerializers, encode };
}
