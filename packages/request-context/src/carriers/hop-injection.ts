import { defaultTextMapSetter, propagation, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import type { RequestContextSettings } from '../request/request-context-settings.ts';
import type { RequestContext } from '../request/request-context.ts';

/** What travels with a request to an upstream. */
export interface HopCarrier {
  /** `traceparent`, `tracestate`, `baggage`, or what the configured propagators write: for HTTP headers **and** `params._meta`. */
  readonly carrier: Readonly<Record<string, string>>;
  /** Further HTTP headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Writes `span` (the hop's own) for the upstream. The caller's propagation headers must not be forwarded beside it.
 * Baggage crosses only under the allow-list.
 */
export function injectHop(span: SpanContext, ctx: RequestContext, settings: RequestContextSettings): HopCarrier {
  const carrier: Record<string, string> = {};
  const withSpan = trace.setSpanContext(ROOT_CONTEXT, span);
  const context = ctx.baggage === undefined ? withSpan : propagation.setBaggage(withSpan, ctx.baggage);
  settings.propagator.inject(context, carrier, defaultTextMapSetter);
  const { parentRequestId } = ctx;
  const headers: Record<string, string> = { 'X-Request-Id': ctx.requestId };
  if (parentRequestId !== undefined) {
    headers['X-Dcc-Mcp-Parent-Request-Id'] = parentRequestId;
  }
  return { carrier, headers };
}
