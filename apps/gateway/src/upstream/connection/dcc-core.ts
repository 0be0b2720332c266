import type { Pool } from 'undici';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { toError } from '../../protocol/thrown-error.ts';
import { HttpExchange } from '../http/http-exchange.ts';

/** What the readiness route of a dcc-mcp-core instance says; `undefined` where there is no such route. */
export type CoreReadiness = 'ready' | 'booting' | undefined;

const READYZ_TIMEOUT_MILLIS = 5_000;
const MAX_BYTES = 64 * 1024;

/** Whether a tools list is that of dcc-mcp-core: every instance has this tool, and nobody else would. */
export function isDccCore(tools: readonly JsonObject[]): boolean {
  return tools.some(({ name }) => name === 'jobs_get_status');
}

/** Reads the body of `/v1/readyz`: an object of flags, all true once the host is usable. */
export function toCoreReadiness(status: number, text: string): CoreReadiness {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(body) || typeof body['process'] !== 'boolean') {
    return undefined;
  }
  const flags = Object.values(body).filter((value) => typeof value === 'boolean');
  return status === 200 && flags.every(Boolean) ? 'ready' : 'booting';
}

/** Asks `/v1/readyz` of the instance behind `pool`. */
export function readCoreReadiness(pool: Pool): Promise<CoreReadiness> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
      exchange.abort();
    }, READYZ_TIMEOUT_MILLIS);
    const exchange = new HttpExchange({
      maxBytes: MAX_BYTES,
      onEvent: () => {},
      onEnd: (ending) => {
        clearTimeout(timer);
        resolve(ending.kind === 'ended' ? toCoreReadiness(ending.status, ending.text) : undefined);
      },
    });
    try {
      pool.dispatch({ method: 'GET', path: '/v1/readyz', headers: ['accept', 'application/json'] }, exchange);
    } catch (error) {
      exchange.fail(toError(error));
    }
  });
}
