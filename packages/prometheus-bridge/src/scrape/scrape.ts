import type { ScrapeRequest } from '@dcc-mcp/content-negotiation';
import type { CollectionResult } from '@opentelemetry/sdk-metrics';

/** What is scraped: every `MetricReader` of the SDK is a source. */
export interface MetricSource {
  collect(options?: { timeoutMillis?: number }): Promise<CollectionResult>;
}

/** What to answer: works behind any HTTP framework. */
export interface ScrapeResult {
  /** 200; 405 other method than GET or HEAD; 406 nothing acceptable; 500 collection failed; 503 it took too long. */
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Record<string, string>;
  /** Bytes at once when small, else a stream that renders while it is read; none for HEAD. */
  readonly body: Uint8Array | ReadableStream<Uint8Array> | undefined;
}

/** Answers scrapes from one source of metrics. */
export interface ScrapeHandler {
  /**
   * Answers one scrape. Never throws: what goes wrong is in the status and, in plain words, in the body.
   *
   * @param request A text stands for the `Accept` header alone.
   */
  scrape(request?: ScrapeRequest | string): Promise<ScrapeResult>;
}
