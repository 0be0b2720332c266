import { acceptsEncoding } from '@dcc-mcp/content-negotiation';
import type { Middleware } from './fetch-handler.ts';

/** Options of {@link compression}. */
export interface CompressionOptions {
  /** A body known to be shorter stays as it is; bytes, default 1,024. */
  readonly minBytes?: number;
}

const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript|openmetrics-text))/i;

function isCompressible({ headers, status, body }: Response, minBytes: number): boolean {
  const length = headers.get('content-length');
  return (
    body !== null &&
    status !== 206 &&
    !headers.has('content-encoding') &&
    !/\bno-transform\b/i.test(headers.get('cache-control') ?? '') &&
    COMPRESSIBLE.test(headers.get('content-type') ?? '') &&
    (length === null || Number(length) >= minBytes)
  );
}

function addVary(headers: Headers): void {
  if (!/(?:^|,)\s*(?:\*|accept-encoding)\s*(?:,|$)/i.test(headers.get('vary') ?? '')) {
    headers.append('vary', 'Accept-Encoding');
  }
}

function gzip(response: Response, headers: Headers): Response {
  headers.set('content-encoding', 'gzip');
  headers.delete('content-length');
  const etag = headers.get('etag');
  // The bytes differ from those of the identity answer, so a strong validator would be wrong.
  if (etag !== null && !etag.startsWith('W/')) {
    headers.set('etag', `W/${etag}`);
  }
  const body = response.body?.pipeThrough(new CompressionStream('gzip')) ?? null;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

/**
 * Compresses text answers with gzip when the client accepts it, and says `Vary: Accept-Encoding` whenever it might have.
 * Event streams, partial answers and answers that are encoded already stay as they are.
 */
export function compression(options: CompressionOptions = {}): Middleware {
  const { minBytes = 1024 } = options;
  return (next) => async (request, client) => {
    const response = await next(request, client);
    if (!isCompressible(response, minBytes)) {
      return response;
    }
    const headers = new Headers(response.headers);
    addVary(headers);
    return request.method !== 'HEAD' && acceptsEncoding(request.headers.get('accept-encoding'), 'gzip')
      ? gzip(response, headers)
      : new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
}
