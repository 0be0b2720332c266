import { acceptsEncoding, type ScrapeRequest } from '@dcc-mcp/content-negotiation';
import { negotiateFormat, type ExpositionFormat } from './content-negotiation.ts';

/** A request that can be answered. */
export interface AcceptedScrape {
  readonly ok: true;
  readonly isHead: boolean;
  readonly format: ExpositionFormat;
  readonly isGzip: boolean;
  /** How long the client waits; always above zero. */
  readonly timeoutMillis: number;
}

/** A request that cannot. */
export interface RefusedScrape {
  readonly ok: false;
  readonly status: 405 | 406;
  readonly message: string;
}

const MAX_TIMEOUT_MILLIS = 3_600_000;

/** Reads what the client wants; it decides nothing that needs the metrics. */
export function readScrapeRequest(
  request: ScrapeRequest,
  defaultTimeoutMillis: number,
): AcceptedScrape | RefusedScrape {
  const method = (request.method ?? 'GET').toUpperCase();
  if (method !== 'GET' && method !== 'HEAD') {
    return { ok: false, status: 405, message: `A scrape is GET or HEAD, not ${method.slice(0, 32)}.` };
  }
  const format = negotiateFormat(request.accept);
  if (format === undefined) {
    return {
      ok: false,
      status: 406,
      message:
        'None of the formats in Accept is offered. Offered: text/plain;version=0.0.4, ' +
        'application/openmetrics-text;version=1.0.0, ' +
        'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited.',
    };
  }
  return {
    ok: true,
    isHead: method === 'HEAD',
    format,
    isGzip: acceptsEncoding(request.acceptEncoding, 'gzip'),
    timeoutMillis: readTimeout(request.timeoutSeconds) ?? defaultTimeoutMillis,
  };
}

/** Reads `X-Prometheus-Scrape-Timeout-Seconds`; at most an hour. */
function readTimeout(timeoutSeconds: string | number | undefined): number | undefined {
  if (timeoutSeconds === undefined || String(timeoutSeconds).trim() === '') {
    return undefined;
  }
  const millis = Number(timeoutSeconds) * 1_000;
  return millis > 0 ? Math.min(millis, MAX_TIMEOUT_MILLIS) : undefined;
}
