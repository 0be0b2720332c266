import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { MetricsPortError } from '../http/open-listeners.ts';
import { asObject, textOf } from '../protocol/json-rpc.ts';
import { codeOf } from '../protocol/thrown-error.ts';

const PROBE_MILLIS = 2_000;
const RETRY_MILLIS = 1_000;

/** The gateway of ours that answers on that port, if one does. */
export async function otherGateway(host: string, port: number): Promise<{ readonly version: string } | undefined> {
  try {
    const response = await fetch(`http://${host}:${port}/v1/healthz`, { signal: AbortSignal.timeout(PROBE_MILLIS) });
    const body = asObject(await response.json());
    const isOurs = body?.['ok'] === true && body['name'] === 'dcc-mcp-gateway';
    return isOurs ? { version: textOf(body['version']) } : undefined;
  } catch {
    return undefined;
  }
}

export interface PortWait {
  readonly log: (line: string) => void;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** Tries to start until the port is free. @throws Whatever is wrong besides, and when `signal` aborts. */
export async function waitForPort<Started>(
  { server }: GatewayConfig,
  { log, signal }: PortWait,
  start: () => Promise<Started>,
): Promise<Started> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await start();
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') {
        throw error;
      }
      if (isFirst) {
        const port = `the port ${server.host}:${server.port}`;
        log(`waiting for ${error instanceof MetricsPortError ? `a port: ${error.message}` : port}`);
      }
      await delay(RETRY_MILLIS, undefined, { signal });
    }
  }
}
