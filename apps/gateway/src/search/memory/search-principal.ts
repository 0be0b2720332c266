import type { RequestContext } from '@dcc-mcp/request-context';
import type { SearchPrincipal } from './search-memory.ts';

/** Who searches with this request: its session, else its trace. */
export function searchPrincipal({ session, traceId }: RequestContext): SearchPrincipal {
  return { traceId, sessionId: session.source === 'trace' ? undefined : session.id };
}

/** Names who searches: the session, else the trace. */
export function principalKey({ sessionId, traceId }: SearchPrincipal): string {
  return sessionId === undefined ? `trace ${traceId}` : `session ${sessionId}`;
}
