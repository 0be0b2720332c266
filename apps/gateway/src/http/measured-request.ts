import type { OpenRequest, RequestStart } from '@dcc-mcp/http-adapter/request-metrics';
import type { HttpContext } from './http-context.ts';
import type { Reply } from './reply.ts';

/** What request metrics want to know when a request begins. */
export function requestStart({ method, path, bodyBytes }: HttpContext): RequestStart {
  return { method, path, scheme: 'http', bodyBytes };
}

/**
 * Ends the measurement when the answer is written. A stream that lives on its own is counted, its life is no latency.
 *
 * @param route The template that matched, if any did.
 */
export function measureReply(open: OpenRequest, http: HttpContext, reply: Reply, route: string | undefined): Reply {
  const { status, body } = reply;
  if (reply.isOpenEnded === true) {
    open.endAsStream({ status, route });
    return reply;
  }
  if (body === undefined || typeof body === 'string' || http.method === 'HEAD') {
    http.onEnd(() => open.end({ status, route, bodyBytes: http.method === 'HEAD' ? 0 : lengthOf(reply) }));
    return reply;
  }
  let bodyBytes: number | undefined;
  const watched = watchChunks(body, (bytes) => {
    bodyBytes = (bodyBytes ?? 0) + bytes;
  });
  http.onEnd(() => open.end({ status, route, bodyBytes }));
  return { ...reply, body: watched };
}

/** The size of an answer that is no stream. */
function lengthOf({ headers, body }: Reply): number {
  return typeof body === 'string' ? Number(headers['content-length'] ?? Buffer.byteLength(body)) : 0;
}

/** The same stream: one chunk at a time and only when asked for, so that streaming and backpressure stay what they were. */
function watchChunks(body: ReadableStream<Uint8Array>, onChunk: (bytes: number) => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        onChunk(value.byteLength);
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
