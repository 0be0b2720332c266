import type { ClientAddress, FetchHandler } from '../fetch/fetch-handler.ts';
import type { HttpContext, HttpHandler, HttpResponse } from './http-context.ts';
import { WebHttpContext } from './web-context.ts';

/** Options of {@link toHttpHandler}. */
export interface BodyLimitOptions {
  /** Larger request bodies are answered 413; bytes, default 4 MiB. */
  readonly maxBodyBytes?: number;
}

const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024;

/** The Fetch API has no requests of these methods. */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK']);

/**
 * The same handler without objects of the Fetch API around it, for servers of {@link HttpHandler}. Requests that the Fetch
 * API can't express are answered 400 and 405.
 */
export function toHttpHandler(handler: FetchHandler, options: BodyLimitOptions = {}): HttpHandler {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES } = options;
  return async (http) => {
    if (FORBIDDEN_METHODS.has(http.method)) {
      return refusal(405, 'the method is not allowed');
    }
    if ((http.bodyBytes ?? 0) > maxBodyBytes) {
      return refusal(413, 'the request body is too large');
    }
    return answerFetch(handler, http, maxBodyBytes);
  };
}

async function answerFetch(handler: FetchHandler, http: HttpContext, maxBytes: number): Promise<HttpResponse> {
  const tooLarge = Promise.withResolvers<undefined>();
  const request = http.toRequest({ maxBytes, onTooLarge: () => tooLarge.resolve(undefined) });
  if (request === undefined) {
    return refusal(400, 'the Host header and the request target make no URL');
  }
  const { peerAddress: address, peerPort: port } = http;
  const responding = handler(request, { address, port });
  const response = await Promise.race([responding, tooLarge.promise]);
  if (response !== undefined) {
    return toReply(response);
  }
  // What the handler makes of a body that broke off is answered to nobody.
  responding.then((late) => late.body?.cancel()).catch(() => undefined);
  return refusal(413, 'the request body is too large');
}

/** After an answer that did not wait for the body, the rest of it must not be taken for the next request. */
function refusal(status: number, text: string): HttpResponse {
  const body = `${text}\n`;
  const length = String(body.length);
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': length, connection: 'close' },
    body,
  };
}

function toReply({ status, statusText, headers, body }: Response): HttpResponse {
  const plain: Record<string, string | string[]> = Object.fromEntries(headers);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) {
    plain['set-cookie'] = cookies;
  }
  return { status, statusText: statusText === '' ? undefined : statusText, headers: plain, body: body ?? undefined };
}

function toResponse({ status, statusText = '', headers, body }: HttpResponse): Response {
  // The Fetch API takes no bytes in memory that threads may share, as a buffer's may be.
  const whole = body instanceof Uint8Array ? new Uint8Array(body) : body;
  const response = new Response(whole ?? null, { status, statusText });
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') {
      response.headers.set(name, value);
    } else {
      value.forEach((each) => response.headers.append(name, each));
    }
  }
  return response;
}

/** The same handler for the Fetch API. Its answer counts as written when it is handed back. */
export function toFetchHandler(handler: HttpHandler): (request: Request, client?: ClientAddress) => Promise<Response> {
  return async (request, client) => {
    const http = new WebHttpContext(request, client);
    const response = toResponse(await handler(http));
    http.end();
    return response;
  };
}
