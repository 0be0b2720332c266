import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { emptyReply, type Reply } from './reply.ts';

/** Headers of an answer that a page needs and browsers keep from it unless they are named. */
const EXPOSED = [
  'mcp-session-id',
  'mcp-protocol-version',
  'x-request-id',
  'x-dcc-mcp-request-id',
  'x-dcc-mcp-trace-id',
  'x-dcc-mcp-context-warnings',
  'x-dcc-mcp-search-id',
  'x-dcc-mcp-ranker-version',
  'traceparent',
  'www-authenticate',
  'retry-after',
  'location',
  'preference-applied',
].join(', ');

/** What a page may send where it does not say what it wants to. */
const DEFAULT_REQUEST_HEADERS =
  'accept, authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, traceparent, tracestate, baggage';

/** How long a browser may remember a preflight, in seconds. */
const MAX_AGE_SECONDS = '600';

/** Asked before a page's request by a browser that wants to know whether it may be sent. */
export function isPreflight({ method, headers }: HttpContext): boolean {
  return method === 'OPTIONS' && headerText(headers, 'access-control-request-method') !== undefined;
}

/** The answer to a preflight of an origin that may ask. */
export function preflightReply({ headers }: HttpContext, methods: readonly string[]): Reply {
  const wanted = headerText(headers, 'access-control-request-headers') ?? '';
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': /^[\w!#$%&'*+.^`|~, -]+$/.test(wanted) ? wanted : DEFAULT_REQUEST_HEADERS,
      'access-control-max-age': MAX_AGE_SECONDS,
    },
  };
}

/** The same answer for a page of an origin that may ask. Credentials of the browser are never meant: tokens stand in headers. */
export function withCors(reply: Reply, origin: string): Reply {
  const { vary } = reply.headers;
  const headers = {
    ...reply.headers,
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    vary: vary === undefined ? 'Origin' : `${String(vary)}, Origin`,
  };
  return { ...reply, headers };
}

/** What OPTIONS asks of a path that is there, when no browser asks. */
export function optionsReply(methods: readonly string[]): Reply {
  const { headers } = emptyReply(204);
  return { status: 204, headers: { ...headers, allow: methods.join(', ') } };
}
