import type { HttpResponse } from '@dcc-mcp/http-adapter';
import { type ErrorDescription, errorEnvelope, type RequestContext } from '@dcc-mcp/request-context';
import type { SpanContext } from '@opentelemetry/api';

/** An answer of the gateway. */
export interface Reply extends HttpResponse {
  /** A stream that lives on its own, beside any request: its life is no latency. */
  readonly isOpenEnded?: true;
  /** Of an event stream that ends with an answer: resolves when that is there, whether or not somebody still reads. */
  readonly whenAnswered?: Promise<void>;
  /** The span of the request, where that is not the one that its headers name: without a tracer that is the caller's. */
  readonly spanId?: string;
  /** The entry span of the operation that it answers: its trace is kept, and exemplars lead to it. */
  readonly operationSpan?: SpanContext | undefined;
}

const JSON_TYPE = 'application/json';

/** `json` must be JSON already. */
export function jsonTextReply(
  json: string | Uint8Array,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const length = String(Buffer.byteLength(json));
  return { status, headers: { ...headers, 'content-type': JSON_TYPE, 'content-length': length }, body: json };
}

/** A JSON answer. */
export function jsonReply(body: unknown, status = 200, headers?: Readonly<Record<string, string>>): Reply {
  return jsonTextReply(JSON.stringify(body), status, headers);
}

/**
 * The error envelope of a route outside of any operation. Each such route has a context, whose headers all of its answers
 * get.
 */
export function errorReply(
  error: ErrorDescription,
  status: number,
  { ctx }: { readonly ctx?: RequestContext | undefined },
): Reply {
  return jsonReply(errorEnvelope(error, ctx ?? { requestId: '', traceId: '' }), status);
}

/**
 * What a page and its files are served with: a browser guesses no type, tells nobody where it was, and no other site loads
 * them. An opener policy is not among them: over plain HTTP browsers refuse it, and say so to the reader.
 */
export const PAGE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** An answer without a body. */
export function emptyReply(status: number): Reply {
  return { status, headers: { 'content-length': '0' } };
}

/** The same answer with one more header. */
export function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } };
}

/** The same answer, with the span that the rows of its request name. */
export function withOwnSpan(reply: Reply, { ownSpanId, spanContext }: RequestContext): Reply {
  return ownSpanId === spanContext.spanId ? reply : { ...reply, spanId: ownSpanId };
}

/** The same answer, as that to an operation. */
export function operationReply(reply: Reply, ctx: RequestContext): Reply {
  return { ...withOwnSpan(reply, ctx), operationSpan: ctx.entrySpan };
}

/** Whether the answer goes on for as long as its stream. */
export function isEventStream({ headers }: Reply): boolean {
  return headers['content-type'] === 'text/event-stream';
}
