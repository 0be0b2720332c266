import {
  type Baggage,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  type TextMapPropagator,
  trace,
  TraceFlags,
} from '@opentelemetry/api';

/** `traceparent` of a span (W3C Trace Context, section 3.2, version 00). */
export function toTraceparent(span: SpanContext): string {
  return `00-${span.traceId}-${span.spanId}-${(span.traceFlags & 0xff).toString(16).padStart(2, '0')}`;
}

/** What `propagator` writes of `span`. */
export function injectSpan(
  propagator: TextMapPropagator,
  span: SpanContext,
  baggage: Baggage | undefined,
): Readonly<Record<string, string>> {
  const carrier: Record<string, string> = {};
  const withSpan = trace.setSpanContext(ROOT_CONTEXT, span);
  const context = baggage === undefined ? withSpan : propagation.setBaggage(withSpan, baggage);
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}

const W3C_FIELDS: ReadonlySet<string> = new Set(['traceparent', 'tracestate', 'baggage']);
const EXAMPLE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/**
 * Whether propagators write of a span with neither baggage nor `tracestate` its `traceparent` and nothing else, as those of
 * W3C do: then most hops need not ask them.
 */
export function writesTraceparentAlone(propagator: TextMapPropagator): boolean {
  return (
    propagator.fields().every((field) => W3C_FIELDS.has(field)) &&
    [TraceFlags.NONE, TraceFlags.SAMPLED].every((traceFlags) => {
      const span = { ...EXAMPLE, traceFlags };
      const { traceparent, ...others } = injectSpan(propagator, span, undefined);
      return traceparent === toTraceparent(span) && Object.keys(others).length === 0;
    })
  );
}
