import type { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import type { MetricReaderConfig, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import { once } from 'node:events';
import { createServer } from 'node:http';

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
  const [{ scrapeEndpoint }, { toNodeHandler }] = await Promise.all([
    import('@dcc-mcp/http-adapter/scrape'),
    import('@dcc-mcp/http-adapter/node'),
  ]);
  const metrics = scrapeEndpoint((request) => reader.scrape(request));
  const handle = toNodeHandler((request, client) =>
    new URL(request.url).pathname === '/metrics' ? metrics(request, client) : Promise.resolve(notFound()),
  );
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  server.on('connection', (socket) => socket.unref());
  server.listen(wanted.port, wanted.host).unref();
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : wanted.port;
}

function notFound(): Response {
  return new Response('not found: metrics are at /metrics\n', { status: 404 });
}
