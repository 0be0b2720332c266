import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import type { FetchHandler } from './fetch-handler.ts';

/** What to answer. */
export interface ScrapeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | ReadableStream<Uint8Array> | string | undefined;
}

/** A source of metrics in whatever format is negotiated; the scrape handler of `@dcc-mcp/prometheus-bridge` is one. */
export type Scrape = (request: ScrapeRequest) => Promise<ScrapeAnswer>;

function toScrapeRequest({ method, headers }: Request): ScrapeRequest {
  return {
    method,
    accept: headers.get('accept') ?? undefined,
    acceptEncoding: headers.get('accept-encoding') ?? undefined,
    timeoutSeconds: headers.get('x-prometheus-scrape-timeout-seconds') ?? undefined,
  };
}

const PLAIN_TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** Serves what `scrape` gives. A scrape that throws is answered 500, without its message: that one may hold anything. */
export function scrapeEndpoint(scrape: Scrape): FetchHandler {
  return async (request) => {
    try {
      const { status, headers, body } = await scrape(toScrapeRequest(request));
      return new Response(request.method === 'HEAD' ? null : (body ?? null), { status, headers });
    } catch {
      return new Response('collecting the metrics failed\n', { status: 500, headers: PLAIN_TEXT });
    }
  };
}

/**
 * Answers that metrics are off: 503 with a JSON body. For a gateway told `ENABLE_METRICS=false`; it stands before
 * authentication. Where nothing was said about metrics, mount nothing instead (404).
 */
export function disabledScrapeEndpoint(message = 'metrics collection is disabled'): FetchHandler {
  const body = JSON.stringify({ error: { kind: 'metrics-disabled', message } });
  return async ({ method }) =>
    new Response(method === 'HEAD' ? null : body, { status: 503, headers: { 'content-type': 'application/json' } });
}
