import { isSpanContextValid, trace } from '@opentelemetry/api';

/** Ids of the active span, as log lines carry them. */
export interface TraceLogFields {
  readonly trace_id: string;
  readonly span_id: string;
  readonly trace_flags: string;
}

/**
 * The active span's ids for a log line, `{}` without one; made for pino: `pino({ mixin: traceLogFields })`
 * (OTel, "Trace Context in non-OTLP Log Formats").
 */
export function traceLogFields(): TraceLogFields | Record<string, never> {
  const spanContext = trace.getActiveSpan()?.spanContext();
  if (spanContext === undefined || !isSpanContextValid(spanContext)) {
    return {};
  }
  return {
    trace_id: spanContext.traceId,
    span_id: spanContext.spanId,
    trace_flags: spanContext.traceFlags.toString(16).padStart(2, '0'),
  };
}
