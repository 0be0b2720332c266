import type { TraceDetail, TraceSpan } from '@dcc-mcp/call-store';

const KINDS: Readonly<Record<string, number>> = { internal: 1, server: 2, client: 3 };
const NANOS_PER_MILLI = 1_000_000n;
const MICROS_PER_MILLI = 1_000;

/** A trace as OTLP/JSON has it (opentelemetry-proto 1.x, `ExportTraceServiceRequest`): any collector takes it. */
export function toOtlpJson(trace: TraceDetail): object {
  const begin = BigInt(Date.parse(trace.started_at)) * NANOS_PER_MILLI;
  const spans = trace.spans.map((span) => toSpan(span, trace.trace_id, begin));
  const resource = { attributes: toAttributes({ 'service.name': 'dcc-mcp-gateway' }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: '@dcc-mcp/admin-ui' }, spans }] }] };
}

function toSpan(span: TraceSpan, traceId: string, begin: bigint): object {
  const start = begin + nanosOf(span.started_ms);
  return {
    traceId,
    spanId: span.span_id,
    ...(span.parent_span_id === undefined ? {} : { parentSpanId: span.parent_span_id }),
    name: span.name,
    kind: KINDS[span.kind] ?? 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + nanosOf(span.duration_ms)),
    attributes: toAttributes(span.attributes),
    status: span.ok ? {} : { code: 2, message: span.outcome ?? '' },
  };
}

/** Whole microseconds: what rows hold is not finer. */
function nanosOf(millis: number): bigint {
  return BigInt(Math.round(millis * MICROS_PER_MILLI)) * 1_000n;
}

function toAttributes(attributes: Readonly<Record<string, unknown>>): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }));
}

function toValue(value: unknown): object {
  if (typeof value === 'boolean') {
    return { boolValue: value };
  }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) {
    return { arrayValue: { values: value.map(toValue) } };
  }
  return { stringValue: typeof value === 'string' ? value : JSON.stringify(value) };
}
