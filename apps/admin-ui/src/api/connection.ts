// Whether the gateway is there, and how it is: asked every three seconds, so that its end is said within five.
import type { GatewayHealth } from '@dcc-mcp/admin-api';
import { signal } from '@preact/signals';
import { accessToken } from './access-token.ts';
import { ApiRefusal, apiUrl, ask } from './client.ts';

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
    const isRefused = error instanceof ApiRefusal && error.status >= 400;
    const { health, lostAt = Date.now() } = connection.value;
    connection.value = isRefused ? {} : { ...(health && { health }), lostAt };
  }
}
