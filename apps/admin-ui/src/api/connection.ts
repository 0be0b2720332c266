// Whether the gateway is there, and how it is: asked every three seconds, so that its end is said within five.
import { signal } from '@preact/signals';
import { accessToken } from './access-token.ts';
import { ApiRefusal, apiUrl, ask } from './client.ts';

export interface GatewayHealth {
  readonly status: 'ok' | 'degraded';
  readonly version: string;
  readonly uptime_secs: number;
  readonly rss_bytes: number;
  readonly instances_ready: number;
  readonly instances_total: number;
  readonly sessions: number;
  readonly streams: number;
  readonly in_flight: number;
  readonly stores: Readonly<Record<string, StoreHealth>>;
}

export interface StoreHealth {
  readonly rows: number;
  readonly capacity: number;
  readonly dropped: number;
  readonly bytes?: number;
  readonly file?: string;
  readonly last_error?: string;
}

export interface Connection {
  readonly health?: GatewayHealth;
  /** When it stopped to answer, in milliseconds since the epoch. */
  readonly lostAt?: number;
}

export const connection = signal<Connection>({});

const EVERY_MILLIS = 3_000;
const PATIENCE_MILLIS = 2_000;

/** Asks for as long as the page is open, and at once when the credential changes. */
export function watchConnection(): void {
  setInterval(() => void askHealth(), EVERY_MILLIS);
  accessToken.subscribe(() => void askHealth());
}

async function askHealth(): Promise<void> {
  try {
    const { answer } = await ask<GatewayHealth>(apiUrl('health'), AbortSignal.timeout(PATIENCE_MILLIS));
    connection.value = { health: answer };
  } catch (error) {
    const isRefused = error instanceof ApiRefusal && error.status > 0;
    const { health, lostAt = Date.now() } = connection.value;
    connection.value = isRefused ? {} : { ...(health && { health }), lostAt };
  }
}
