import type { GatewayConfig } from '@dcc-mcp/telemetry-config';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import { createCapturePolicy } from '@dcc-mcp/workflow-spans';
import type { App } from './app.ts';
import { assembleGateway, type Gateway } from './gateway.ts';
import { type Listener, listen } from './listen.ts';
import { type GatewayTelemetry, startGatewayTelemetry } from './start-gateway-telemetry.ts';
import { VERSION } from './version.ts';

export interface RunOptions {
  readonly config: GatewayConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}

/** A gateway that runs. */
export interface RunningGateway {
  readonly gateway: Gateway;
  readonly telemetry: Telemetry;
  /** Where it listens; absent with `--stdio` alone. */
  readonly url: string | undefined;
  /** Stops in order: no new work, work in flight, listener and streams, telemetry, upstreams. Idempotent. */
  stop(): Promise<void>;
}

/** How long work in flight may take after the signal to stop. */
const FINISH_MILLIS = 10_000;
/** How long telemetry may take to leave. */
const FLUSH_MILLIS = 5_000;

/**
 * Starts telemetry, binds, and connects the upstreams in the background.
 *
 * @throws {NodeJS.ErrnoException} When a port can't be bound; then nothing is left running.
 */
export async function runGateway({ config, env, log }: RunOptions): Promise<RunningGateway> {
  const capture = createCapturePolicy({ captureContent: config.telemetry.captureContent, env });
  const running = startGatewayTelemetry(config, capture, log);
  const { telemetry } = running;
  let gateway: Gateway;
  let listeners: readonly Listener[];
  try {
    gateway = assembleGateway({ config, telemetry, version: VERSION, capture, log });
    listeners = await openListeners(config, gateway, log);
  } catch (error) {
    await running.stop(0);
    throw error;
  }
  gateway.start();
  let stopped: Promise<void> | undefined;
  return {
    gateway,
    telemetry,
    url: config.server.listens ? listeners[0]?.url : undefined,
    stop: () => (stopped ??= stop(gateway, running, listeners)),
  };
}

async function openListeners(
  { server, metrics, otel }: GatewayConfig,
  gateway: Gateway,
  log: (line: string) => void,
): Promise<readonly Listener[]> {
  const { metricsApp } = gateway;
  const listeners: Listener[] = [];
  try {
    if (server.listens) {
      listeners.push(await listen(gateway.app, server.host, server.port));
    }
    // With --stdio alone a scraper still has the ports that are its own.
    if (metricsApp !== undefined && metrics.port !== undefined) {
      listeners.push(await listen(metricsApp, server.host, metrics.port));
    }
    if (metricsApp !== undefined) {
      listeners.push(...(await openPrometheusListeners(otel, metricsApp, log)));
    }
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw error;
  }
  return listeners;
}

/** The listener of the specification (`prometheus` in OTEL_METRICS_EXPORTER). That its port is taken stops nothing. */
async function openPrometheusListeners(
  otel: GatewayConfig['otel'],
  app: App,
  log: (line: string) => void,
): Promise<readonly Listener[]> {
  const listeners: Listener[] = [];
  for (const reader of otel.metrics.readers) {
    if (reader.type === 'prometheus') {
      try {
        listeners.push(await listen(app, reader.host, reader.port));
      } catch (error) {
        log(
          `metrics are not served on ${reader.host}:${reader.port} (${codeOf(error)}); set OTEL_EXPORTER_PROMETHEUS_PORT`,
        );
      }
    }
  }
  return listeners;
}

async function stop(gateway: Gateway, telemetry: GatewayTelemetry, listeners: readonly Listener[]): Promise<void> {
  gateway.drain();
  await gateway.whenIdle(FINISH_MILLIS);
  gateway.closeStreams();
  await Promise.all(listeners.map((listener) => listener.close()));
  await telemetry.stop(FLUSH_MILLIS);
  await gateway.close();
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
