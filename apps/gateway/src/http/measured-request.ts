import { type HttpContext, watchBody } from '@dcc-mcp/http-adapter';
import type { OpenRequest, RequestStart } from '@dcc-mcp/http-adapter/request-metrics';
import type { Reply } from './reply.ts';

/** What request metrics want to know when a request begins. */
export function requestStart({ method, path, bodyBytes }: HttpContext): RequestStart {
  return { method, path, scheme: 'http', bodyBytes };
}

interface MeasuredRequest {
  readonly open: OpenRequest;
  readonly http: HttpContext;
  /** The template that matched, if any did. */
  readonly route: string | undefined;
}

/** Ends the measurement when the answer is written. A stream that lives on its own is counted, its life is no latency. */
export function measureReply(reply: Reply, { open, http, route }: MeasuredRequest): Reply {
  const { status, body, operationSpan } = reply;
  const end = { status, route, span: operationSpan };
  if (reply.isOpenEnded === true) {
    open.endAsStream(end);
    return reply;
  }
  if (!(body instanceof ReadableStream) || http.method === 'HEAD') {
    const bodyBytes = http.method === 'HEAD' ? 0 : lengthOf(reply);
    http.onEnd(() => open.end({ ...end, bodyBytes, requestBytes: http.receivedBytes }));
    return reply;
  }
  const onEnd = (bodyBytes: number): void => open.end({ ...end, bodyBytes, requestBytes: http.receivedBytes });
  return { ...reply, body: watchBody(body, onEnd) };
}

/** The size of an answer that is no stream. */
function lengthOf({ headers, body }: Reply): number {
  return body === undefined || body instanceof ReadableStream
    ? 0
    : Number(headers['content-length'] ?? Buffer.byteLength(body));
}
