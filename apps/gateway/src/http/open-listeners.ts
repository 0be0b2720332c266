import { serveHttp, type ServedHttp } from '@dcc-mcp/http-adapter/node';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { codeOf } from '../protocol/thrown-error.ts';
import type { App } from './app.ts';
import type { ServedApps } from './served-apps.ts';

export interface Listeners {
  /** Absent with `--stdio` alone. */
  readonly main: ServedHttp | undefined;
  /** Those that serve metrics and nothing else. */
  readonly metrics: readonly ServedHttp[];
  readonly all: readonly ServedHttp[];
}

const KEEP_ALIVE_MILLIS = 65_000;

interface Address {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** @throws {NodeJS.ErrnoException} `EADDRINUSE` and the like. */
function listen(app: App, { host, port }: Address): Promise<ServedHttp> {
  return serveHttp(app, { host, port, keepAliveTimeoutMillis: KEEP_ALIVE_MILLIS, requestTimeoutMillis: 0 });
}

/** Thrown when `METRICS_PORT` can't be bound; `code` is the system's. */
export class MetricsPortError extends Error {
  override readonly name = 'MetricsPortError';
  readonly code: string;

  constructor(address: string, cause: unknown) {
    const code = codeOf(cause);
    const reason = code === 'EADDRINUSE' ? 'the port is in use' : code;
    super(
      `can't serve metrics on ${address}: ${reason}; set DCC_MCP_METRICS_PORT to another one (0 for any free one)`,
      {
        cause,
      },
    );
    this.code = code;
  }
}

/**
 * Binds every address that the configuration asks for.
 *
 * @throws {NodeJS.ErrnoException} When the main port can't be bound.
 * @throws {MetricsPortError} When the port of the metrics can't be. Either way nothing stays open.
 */
export async function openListeners(
  { server, metrics, otel }: GatewayConfig,
  { app, metricsApp }: ServedApps,
  log: (line: string) => void,
): Promise<Listeners> {
  const main = server.listens ? await listen(app, server) : undefined;
  if (metricsApp === undefined) {
    return toListeners(main, []);
  }
  // With --stdio alone a scraper still has the ports that are its own.
  const own: ServedHttp[] = [];
  if (metrics.port !== undefined) {
    try {
      own.push(await listenForMetrics(metricsApp, { host: server.host, port: metrics.port }));
    } catch (error) {
      await main?.close({ graceMillis: 0 });
      throw error;
    }
  }
  return toListeners(main, [...own, ...(await openPrometheusListeners(otel, metricsApp, log))]);
}

function toListeners(main: ServedHttp | undefined, metrics: readonly ServedHttp[]): Listeners {
  return { main, metrics, all: main === undefined ? metrics : [main, ...metrics] };
}

async function listenForMetrics(app: App, address: Address): Promise<ServedHttp> {
  try {
    return await listen(app, address);
  } catch (error) {
    throw new MetricsPortError(`${address.host}:${address.port}`, error);
  }
}

/** The listener of the specification (`prometheus` in OTEL_METRICS_EXPORTER). That its port is taken stops nothing. */
async function openPrometheusListeners(
  otel: GatewayConfig['otel'],
  app: App,
  log: (line: string) => void,
): Promise<readonly ServedHttp[]> {
  const listeners: ServedHttp[] = [];
  for (const reader of otel.metrics.readers) {
    if (reader.type === 'prometheus') {
      try {
        listeners.push(await listen(app, reader));
      } catch (error) {
        log(
          `metrics are not served on ${reader.host}:${reader.port} (${codeOf(error)}); set OTEL_EXPORTER_PROMETHEUS_PORT`,
        );
      }
    }
  }
  return listeners;
}
