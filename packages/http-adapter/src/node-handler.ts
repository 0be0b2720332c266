import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FetchHandler } from './fetch-handler.ts';
import { isDeclaredTooLarge, toRequest, toUrl } from './node-request.ts';
import { writePlain, writeResponse } from './node-response.ts';

/** Options of {@link toNodeHandler}. */
export interface NodeHandlerOptions {
  /** Larger request bodies are answered 413; bytes, default 4 MiB. */
  readonly maxBodyBytes?: number;
  /** Told of what the handler threw and of bodies that broke; the client gets 500 or a cut connection. */
  readonly onError?: (error: unknown) => void;
}

/** Fits `http.createServer`, Express (`app.use`, `app.get`) and, with `reply.hijack()`, Fastify's raw objects. */
export type NodeHandler = (message: IncomingMessage, target: ServerResponse) => Promise<void>;

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024;

interface Call {
  readonly handler: FetchHandler;
  readonly message: IncomingMessage;
  readonly target: ServerResponse;
  readonly url: URL;
  readonly maxBodyBytes: number;
}

/** The client is gone when the connection closes before the answer was written. */
function abortOnClose(target: ServerResponse): AbortSignal {
  const controller = new AbortController();
  target.once('close', () => {
    if (!target.writableFinished) {
      controller.abort();
    }
  });
  return controller.signal;
}

/** After an answer that did not wait for the body, the rest of it must not be taken for the next request. */
const CLOSE = { connection: 'close' };

async function answer({ handler, message, target, url, maxBodyBytes }: Call): Promise<void> {
  const signal = abortOnClose(target);
  let isTooLarge = false;
  const onTooLarge = (): void => {
    isTooLarge = true;
    writePlain(target, 413, 'the request body is too large', CLOSE);
  };
  const request = toRequest(message, { url, signal, maxBodyBytes, onTooLarge });
  const { remoteAddress: address, remotePort: port } = message.socket;
  try {
    const response = await handler(request, { address, port });
    if (isTooLarge || target.destroyed) {
      await response.body?.cancel();
    } else {
      await writeResponse(response, target, request.method === 'HEAD');
    }
  } catch (error) {
    // The handler failed because of what was answered, or for whom nobody waits any more.
    if (isTooLarge || signal.aborted) {
      return;
    }
    throw error;
  }
}

/**
 * Serves a fetch-style handler from Node's own request and response. Streams are written as they come, the body is read
 * as fast as the handler takes it, and `request.signal` aborts when the client goes.
 */
export function toNodeHandler(handler: FetchHandler, options: NodeHandlerOptions = {}): NodeHandler {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES, onError } = options;
  return async (message, target) => {
    const url = toUrl(message);
    if (url === undefined) {
      return writePlain(target, 400, 'the request target is no URL', CLOSE);
    }
    if (message.method === 'TRACE' || message.method === 'CONNECT' || message.method === 'TRACK') {
      return writePlain(target, 405, 'the method is not allowed', CLOSE);
    }
    if (isDeclaredTooLarge(message, maxBodyBytes)) {
      return writePlain(target, 413, 'the request body is too large', CLOSE);
    }
    try {
      await answer({ handler, message, target, url, maxBodyBytes });
    } catch (error) {
      onError?.(error);
      writePlain(target, 500, 'Internal Server Error');
    }
  };
}
