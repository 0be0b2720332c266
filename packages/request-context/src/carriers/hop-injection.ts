import { INVALID_TRACEID, type SpanContext } from '@opentelemetry/api';
import type { RequestContextSettings } from '../request/request-context-settings.ts';
import type { RequestContext } from '../request/request-context.ts';
import { injectSpan, toTraceparent } from './traceparent.ts';

/** What travels with a request to an upstream. */
export interface HopCarrier {
  /** `traceparent`, `tracestate`, `baggage`, or what the configured propagators write: for HTTP headers **and** `params._meta`. */
  readonly carrier: Readonly<Record<string, string>>;
  /** Further HTTP headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names the hop where it is told of: its own span, without a tracer that of its request. */
  readonly spanId: string;
}

/**
 * Writes `span` (the hop's own) for the upstream. The caller's propagation headers must not be forwarded beside it.
 * Baggage crosses only under the allow-list.
 */
export function injectHop(span: SpanContext, ctx: RequestContext, settings: RequestContextSettings): HopCarrier {
  const isPlain = span.traceState === undefined && ctx.baggage === undefined && span.traceId !== INVALID_TRACEID;
  const carrier =
    isPlain && settings.writesTraceparentAlone
      ? { traceparent: toTraceparent(span) }
      : injectSpan(settings.propagator, span, ctx.baggage);
  const { parentRequestId } = ctx;
  const headers: Record<string, string> = { 'X-Request-Id': ctx.requestId };
  if (parentRequestId !== undefined) {
    headers['X-Dcc-Mcp-Parent-Request-Id'] = parentRequestId;
  }
  const spanId = span.spanId === ctx.spanContext.spanId ? ctx.ownSpanId : span.spanId;
  return { carrier, headers, spanId };
}
