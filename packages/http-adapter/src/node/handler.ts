import type { IncomingMessage, ServerResponse } from 'node:http';
import { toHttpHandler, type BodyLimitOptions } from '../context/fetch-conversion.ts';
import type { HttpContext, HttpHandler, HttpResponse } from '../context/http-context.ts';
import type { FetchHandler } from '../fetch/fetch-handler.ts';
import type { AwaitedBodies } from './bodies/awaited-bodies.ts';
import type { BodyBudget } from './bodies/body-budget.ts';
import { NodeHttpContext } from './context.ts';
import { writeReply } from './reply.ts';

/** Options of {@link toNodeListener}. */
export interface NodeListenerOptions {
  /** Told of what the handler threw and of bodies that broke; the client gets 500 or a cut connection. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Whether connections end with the answer they wait for. */
  readonly isLast?: () => boolean;
  /** What bodies are held on until the handler has answered. */
  readonly bodyBudget?: BodyBudget;
  /** Says when bodies are waited for no more. */
  readonly awaited?: AwaitedBodies;
}

/** Options of {@link toNodeHandler}. */
export interface NodeHandlerOptions extends BodyLimitOptions, Pick<NodeListenerOptions, 'onError'> {}

/** Fits `http.createServer`, Express (`app.use`, `app.get`) and, with `reply.hijack()`, Fastify's raw objects. */
export type NodeHandler = (message: IncomingMessage, target: ServerResponse) => Promise<void>;

/** A {@link NodeHandler} that may be told that the caller sends its body only when it hears `100 Continue`. */
type NodeListener = (message: IncomingMessage, target: ServerResponse, awaitsContinue?: boolean) => Promise<void>;

const INTERNAL_ERROR: HttpResponse = {
  status: 500,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Internal Server Error\n',
};

/**
 * Serves a fetch-style handler from Node's own request and response. Streams are written as they come, the body is read
 * as fast as the handler takes it, and `request.signal` aborts when the client goes.
 */
export function toNodeHandler(handler: FetchHandler, options: NodeHandlerOptions = {}): NodeHandler {
  return toNodeListener(toHttpHandler(handler, options), options);
}

/** Serves a handler of plain data the same way. */
export function toNodeListener(
  handler: HttpHandler,
  { onError, isLast, bodyBudget, awaited }: NodeListenerOptions,
): NodeListener {
  return async (message, target, awaitsContinue = false) => {
    const account = bodyBudget?.open();
    const http = new NodeHttpContext(message, target, { awaitsContinue, account, awaited });
    const response = await respond(handler, http, onError);
    account?.release();
    if (isLast?.() === true && !target.headersSent) {
      target.setHeader('connection', 'close');
    }
    try {
      await writeReply({ message, target, isBodyHeldBack: http.isBodyHeldBack }, response);
    } catch (error) {
      target.destroy();
      onError?.(error);
    }
  };
}

/** The handler's answer, or 500 where it throws, which `onError` is told. */
export async function respond(
  handler: HttpHandler,
  http: HttpContext,
  onError: NodeListenerOptions['onError'],
): Promise<HttpResponse> {
  try {
    return await handler(http);
  } catch (error) {
    // Nobody waits any more for a caller who has gone, and its going is why most handlers fail then.
    if (!http.isGone()) {
      onError?.(error);
    }
    return INTERNAL_ERROR;
  }
}
