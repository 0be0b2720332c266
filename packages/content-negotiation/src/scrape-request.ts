/**
 * What a scrape is negotiated by: method and header values, each as it came (Prometheus, "Scrape protocol content
 * negotiation").
 */
export interface ScrapeRequest {
  /** HTTP method; default `GET`. */
  readonly method?: string | undefined;
  /** `Accept` header. */
  readonly accept?: string | undefined;
  /** `Accept-Encoding` header. */
  readonly acceptEncoding?: string | undefined;
  /** `X-Prometheus-Scrape-Timeout-Seconds` header; text that is no positive number counts as absent. */
  readonly timeoutSeconds?: string | number | undefined;
}
