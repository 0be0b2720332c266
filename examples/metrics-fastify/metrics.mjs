import { basicAuth, requireAuth } from '@dcc-mcp/http-adapter/auth';
import { createRequestMetrics } from '@dcc-mcp/http-adapter/request-metrics';
import { scrapeEndpoint } from '@dcc-mcp/http-adapter/scrape';
import { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Metrics of this process: a reader to scrape, request metrics on it, and the guarded endpoint. */
export function createMetrics(password) {
  const reader = new PrometheusReader({ scopeLabels: false });
  const provider = new MeterProvider({ readers: [reader] });
  return {
    requests: createRequestMetrics({ meter: provider.getMeter('example'), customLabels: { env: 'demo' } }),
    endpoint: requireAuth([basicAuth({ username: 'scraper', password })])(
      scrapeEndpoint((request) => reader.scrape(request)),
    ),
    shutdown: () => provider.shutdown(),
  };
}
