import type { ServedHttp } from '@dcc-mcp/http-adapter/node';
import type { Telemetry } from '@dcc-mcp/telemetry-node';
import { createCapturePolicy } from '@dcc-mcp/workflow-spans';
import { VERSION } from './config/load/version.ts';
import type { GatewayConfig } from './config/reader/gateway-config.ts';
import { assembleGateway, type Gateway } from './gateway.ts';
import { type Listeners, openListeners } from './http/open-listeners.ts';
import { type GatewayTelemetry, startGatewayTelemetry } from './recording/start-gateway-telemetry.ts';

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
  /** Listeners that serve metrics alone: `METRICS_PORT`, and the one of the specification. */
  readonly metricsUrls: readonly string[];
  /** Stops in order: no new work, work in flight, listener and streams, telemetry, upstreams. Idempotent. */
  stop(): Promise<void>;
}

/** How long work in flight may take after the signal to stop. */
const FINISH_MILLIS = 10_000;
/** How long an answer may take to be written once nothing runs any more. */
const CLOSE_MILLIS = 1_000;

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
  let listeners: Listeners;
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
    url: listeners.main?.url,
    metricsUrls: listeners.metrics.map(({ url }) => url),
    stop: () => (stopped ??= stop(gateway, running, listeners.all)),
  };
}

async function stop(gateway: Gateway, telemetry: GatewayTelemetry, listeners: readonly ServedHttp[]): Promise<void> {
  gateway.drain();
  await gateway.whenIdle(FINISH_MILLIS);
  await gateway.closeStreams();
  await Promise.all(listeners.map((listener) => listener.close({ graceMillis: CLOSE_MILLIS })));
  await telemetry.stop(FLUSH_MILLIS);
  await gateway.close();
}
