import type { Middleware } from './fetch-handler.ts';

/** Options of {@link compression}. */
export interface CompressionOptions {
  /** A body known to be shorter stays as it is; bytes, default 1,024. */
  readonly minBytes?: number;
}

const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript|openmetrics-text))/i;

/** Whether `Accept-Encoding` allows gzip: a weight above 0 for `gzip`, else for `*` (RFC 9110, 12.5.3). */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  let anyWeight = 0;
  for (const part of (acceptEncoding ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = toWeight(parameters);
    if (coding === 'gzip' || coding === 'x-gzip') {
      return weight > 0;
    }
    if (coding === '*') {
      anyWeight = weight;
    }
  }
  return anyWeight > 0;
}

/** The `q` parameter; 1 without one, 0 when it is nonsense. */
function toWeight(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  if (quality === undefined) {
    return 1;
  }
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(quality) ? Number(quality.slice(2)) : 0;
}

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
    return request.method !== 'HEAD' && acceptsGzip(request.headers.get('accept-encoding'))
      ? gzip(response, headers)
      : new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
}
