import type { PrometheusReader } from '@dcc-mcp/prometheus-bridge';
import type { MetricReaderConfig, TelemetryConfig } from '@dcc-mcp/telemetry-config';

/** Scrapers are few; the process has other use for its descriptors. */
const MAX_CONNECTIONS = 100;

type PrometheusConfig = Extract<MetricReaderConfig, { type: 'prometheus' }>;

function isPrometheus(reader: MetricReaderConfig): reader is PrometheusConfig {
  return reader.type === 'prometheus';
}

/** Thrown when the address of the listener cannot be had; says which one, why, and what to set. */
export class PrometheusListenerError extends Error {
  override readonly name = 'PrometheusListenerError';

  constructor({ host, port }: Pick<PrometheusConfig, 'host' | 'port'>, cause: unknown) {
    super(`${host}:${port} cannot be had: ${whyNot(codeOf(cause))}`, { cause });
  }
}

const OTHER_PORT = 'set OTEL_EXPORTER_PROMETHEUS_PORT to another one (0 for any free one)';
const OTHER_HOST = 'that is no address of this machine; set OTEL_EXPORTER_PROMETHEUS_HOST to one, as 127.0.0.1';

/** What the system says when it gives an address away to nobody, and what helps. */
const REASONS: ReadonlyMap<string, string> = new Map([
  // A preload in NODE_OPTIONS is in every process that the application starts, and in npm before it.
  ['EADDRINUSE', `the port is in use, perhaps by another process with the same preload; ${OTHER_PORT}`],
  ['EACCES', `this user may not listen on that port; ${OTHER_PORT}`],
  ['EADDRNOTAVAIL', OTHER_HOST],
  ['ENOTFOUND', OTHER_HOST],
]);

function whyNot(code: string): string {
  return REASONS.get(code) ?? `${code}; see OTEL_EXPORTER_PROMETHEUS_HOST and OTEL_EXPORTER_PROMETHEUS_PORT`;
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
}

/**
 * Serves `/metrics` where `OTEL_EXPORTER_PROMETHEUS_HOST` and `_PORT` say, when a `prometheus` exporter
 * is configured; the packages for it are loaded only then. Does not keep the process alive.
 *
 * @returns The port in use, `undefined` when nothing is to be served.
 * @throws {PrometheusListenerError} When that address cannot be had.
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
  const served = serve(
    (request, client) =>
      new URL(request.url).pathname === '/metrics' ? metrics(request, client) : Promise.resolve(notFound()),
    { host: wanted.host, port: wanted.port, maxConnections: MAX_CONNECTIONS, keepsAlive: false },
  );
  const { port } = await served.catch((error: unknown) => {
    throw new PrometheusListenerError(wanted, error);
  });
  return port;
}

function notFound(): Response {
  return new Response('not found: metrics are at /metrics\n', { status: 404 });
}
