import {
  type ServeConnectionsOptions,
  serveHttp,
  type ServedHttp,
  type ServeHttpOptions,
} from '@dcc-mcp/http-adapter/node';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { Log } from '../protocol/log.ts';
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

/** An idle connection is kept longer than the minute after which most proxies let go of theirs: they must be first. */
const KEEP_ALIVE_MILLIS = 65_000;

/** Time for a request to arrive with its body, in milliseconds, whatever the largest one is. */
const REQUEST_MILLIS = 30_000;

/** Past {@link REQUEST_MILLIS} a body may go on at this rate at least: 4 MiB in 32 s. */
const MIN_BODY_BYTES_PER_SECOND = 131_072;

/** Bytes of large bodies that a listener holds at a time; two of the largest fit in any case. */
const MAX_HELD_BODY_BYTES = 268_435_456;

/** What every listener bounds; a test may have less patience. */
export type ListenerBounds = Pick<
  ServeHttpOptions,
  'headersTimeoutMillis' | 'requestTimeoutMillis' | 'maxConnections' | 'slowReaderMillis' | 'maxHeldBodyBytes'
>;

/** Where to listen. */
export interface Address {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

type ServerSettings = Pick<GatewayConfig['server'], 'bodyLimitBytes' | 'fastPath'>;

interface ListenOptions {
  readonly server: ServerSettings;
  readonly bounds: ListenerBounds;
  readonly log: Log;
}

type Listen = (app: App, address: Address) => Promise<ServedHttp>;

/** @returns What binds one address. It throws {NodeJS.ErrnoException} `EADDRINUSE` and the like. */
function createListen({ server, bounds, log }: ListenOptions): Listen {
  const bounded = boundsOf(server, bounds);
  return (app, { host, port }) => serveHttp(app, { ...bounded, host, port, onFull: tellsFull(log) });
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

/** What a listener of this configuration bounds, and who reads what comes there. */
export function boundsOf(
  { bodyLimitBytes, fastPath }: ServerSettings,
  bounds: ListenerBounds,
): ServeConnectionsOptions {
  const slowest = Math.ceil((bodyLimitBytes / MIN_BODY_BYTES_PER_SECOND) * 1000);
  return {
    keepAliveTimeoutMillis: KEEP_ALIVE_MILLIS,
    requestTimeoutMillis: Math.max(REQUEST_MILLIS, slowest),
    maxHeldBodyBytes: Math.max(MAX_HELD_BODY_BYTES, 2 * bodyLimitBytes),
    fastPath,
    ...bounds,
  };
}

/** Says when connections begin to be refused, and when they are taken again. */
export function tellsFull(log: Log): (isFull: boolean) => void {
  return (isFull) =>
    isFull
      ? log('all connections wait for answers: new ones are refused with 503', { severity: 'warn' })
      : log('connections are taken again');
}

/** Options of {@link openListeners}. */
export interface OpenListenersOptions {
  /** Binds the main address; default this process answers what comes there. */
  readonly listenMain?: ((address: Address) => Promise<ServedHttp>) | undefined;
  readonly log: Log;
  readonly bounds: ListenerBounds;
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
  { log, bounds, listenMain }: OpenListenersOptions,
): Promise<Listeners> {
  const listen = createListen({ server, bounds, log });
  const main = server.listens ? await (listenMain?.(server) ?? listen(app, server)) : undefined;
  if (metricsApp === undefined) {
    return toListeners(main, []);
  }
  // With --stdio alone a scraper still has the ports that are its own.
  const own: ServedHttp[] = [];
  if (metrics.port !== undefined) {
    try {
      own.push(await listenForMetrics(listen, metricsApp(server.host), { host: server.host, port: metrics.port }));
    } catch (error) {
      await main?.close({ graceMillis: 0 });
      throw error;
    }
  }
  return toListeners(main, [
    ...own,
    ...(await openPrometheusListeners(otel, (reader) => listen(metricsApp(reader.host), reader), log)),
  ]);
}

function toListeners(main: ServedHttp | undefined, metrics: readonly ServedHttp[]): Listeners {
  return { main, metrics, all: main === undefined ? metrics : [main, ...metrics] };
}

async function listenForMetrics(listen: Listen, app: App, address: Address): Promise<ServedHttp> {
  try {
    return await listen(app, address);
  } catch (error) {
    throw new MetricsPortError(`${address.host}:${address.port}`, error);
  }
}

/** The listener of the specification (`prometheus` in OTEL_METRICS_EXPORTER). That its port is taken stops nothing. */
async function openPrometheusListeners(
  otel: GatewayConfig['otel'],
  open: (address: Address) => Promise<ServedHttp>,
  log: Log,
): Promise<readonly ServedHttp[]> {
  const listeners: ServedHttp[] = [];
  for (const reader of otel.metrics.readers) {
    if (reader.type === 'prometheus') {
      try {
        listeners.push(await open(reader));
      } catch (error) {
        log(notServedLine(reader, codeOf(error)), { severity: 'warn' });
      }
    }
  }
  return listeners;
}

function notServedLine({ host, port }: Address, code: string): string {
  const fix = OF_HOST.has(code)
    ? 'set OTEL_EXPORTER_PROMETHEUS_HOST to an address of this machine'
    : 'set OTEL_EXPORTER_PROMETHEUS_PORT to another one (0 for any free one)';
  return `metrics are not served on ${host}:${port} (${code}); ${fix}`;
}

/** What the system says of a name or an address that is not one of this machine. */
const OF_HOST: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN']);
