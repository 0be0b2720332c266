import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import { PrometheusReader, type PrometheusReaderOptions, type ScrapeResult } from '@dcc-mcp/prometheus-bridge';
import type { Resource } from '@opentelemetry/resources';
import { MeterProvider, type ViewOptions } from '@opentelemetry/sdk-metrics';

/** `Accept` headers of the three formats. */
export const ACCEPT = {
  prometheusText: 'text/plain;version=0.0.4',
  openMetrics: 'application/openmetrics-text;version=1.0.0',
  protobuf: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
} as const;

export interface Bench {
  readonly provider: MeterProvider;
  readonly reader: PrometheusReader;
}

/** A real provider with our reader. Nothing is written to the log unless the options ask for it. */
export function createBench(
  options: PrometheusReaderOptions = {},
  sdk: { readonly resource?: Resource; readonly views?: ViewOptions[] } = {},
): Bench {
  const reader = new PrometheusReader({ onError: () => {}, ...options });
  return { reader, provider: new MeterProvider({ readers: [reader], ...sdk }) };
}

export async function bytesOf({ body }: ScrapeResult): Promise<Uint8Array> {
  if (body === undefined) {
    return new Uint8Array();
  }
  return body instanceof Uint8Array ? body : new Uint8Array(await new Response(body).arrayBuffer());
}

export async function textOf(result: ScrapeResult): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(result));
}

export async function scrapeText(reader: PrometheusReader, request?: ScrapeRequest | string): Promise<string> {
  return textOf(await reader.scrape(request));
}
