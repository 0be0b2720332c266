import type { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import type { MetricReaderConfig, TelemetryConfig } from '@dcc-mcp/telemetry-config';

/** Scrapers are few; the process has other use for its descriptors. */
const MAX_CONNECTIONS = 100;

type PrometheusConfig = Extract<MetricReaderConfig, { type: 'prometheus' }>;

function isPrometheus(reader: MetricReaderConfig): reader is PrometheusConfig {
  return reader.type === 'prometheus';
}

/**
 * Serves `/metrics` where `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT` say, when a `prometheus` exporter
 * is configured; the packages for it are loaded only then. Does not keep the process alive.
 *
 * @returns The port in use, `undefined` when nothing is to be served.
 * @throws {Error} Node's own when the port cannot be had.
 */
export async function startPrometheusListener(
  config: TelemetryConfig,
  reader: PrometheusReader | undefined,
): Promise<number | undefined> {
  const wanted = config.metrics.readers.find(isPrometheus);
  if (wanted === undefined || reader === undefined) {
    return undefined;
  }
  const [{ scrapeEndpoint }, { serve }] = await Promise.all([
    import('@dcc-mcp/http-adapter/scrape'),
    import('@dcc-mcp/http-adapter/node'),
  ]);
  const metrics = scrapeEndpoint((request) => reader.scrape(request));
  const { port } = await serve(
    (request, client) =>
      new URL(request.url).pathname === '/metrics' ? metrics(request, client) : Promise.resolve(notFound()),
    { host: wanted.host, port: wanted.port, maxConnections: MAX_CONNECTIONS, keepsAlive: false },
  );
  return port;
}

function notFound(): Response {
  return new Response('not found: metrics are at /metrics\n', { status: 404 });
}
