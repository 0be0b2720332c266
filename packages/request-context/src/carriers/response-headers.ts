import type { RequestContext } from '../request/request-context.ts';
import { toTraceparent } from './traceparent.ts';

/** What a search adds to the headers of its answer. */
export interface SearchAnswer {
  readonly searchId: string;
  readonly rankerVersion: string;
}

/** The headers every answer carries; the same with telemetry on and off. */
export function responseHeaders(ctx: RequestContext, search?: SearchAnswer): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': ctx.requestId,
    'x-dcc-mcp-request-id': ctx.requestId,
    'x-dcc-mcp-trace-id': ctx.traceId,
    traceparent: toTraceparent(ctx.spanContext),
  };
  const { warnings } = ctx;
  if (warnings.length > 0) {
    headers['x-dcc-mcp-context-warnings'] = [
      ...new Set(warnings.map(({ field, reason }) => `${field}=${reason}`)),
    ].join(', ');
  }
  if (search !== undefined) {
    headers['x-dcc-mcp-search-id'] = search.searchId;
    headers['x-dcc-mcp-ranker-version'] = search.rankerVersion;
  }
  return headers;
}
