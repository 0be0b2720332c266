import type { HttpClient } from './exchange/http-client.ts';
import { PlainClient } from './plain/plain-client.ts';
import { createPool } from './reach/create-pool.ts';
import { proxyOf } from './reach/proxy-of.ts';
import type { Reach } from './reach/reach.ts';

export interface ClientOptions {
  /** Bound of connections. */
  readonly connections: number;
  /** Whether plain requests are sent without undici. */
  readonly fastPath: boolean;
  /** Absent where any address may be connected to. */
  readonly reach: Reach | undefined;
  /** Names proxies. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export type CreatedClient =
  | { readonly client: HttpClient; readonly why?: undefined }
  | { readonly client?: undefined; readonly why: string };

/**
 * What sends to one origin. Where not every address may be connected to, no proxy is asked: it would look names up by
 * itself.
 */
export async function createClient(
  url: URL,
  { connections, fastPath, reach, environment }: ClientOptions,
): Promise<CreatedClient> {
  const proxy = reach === undefined ? proxyOf(url, environment) : undefined;
  if (proxy === undefined) {
    const others = createPool(url, connections, reach);
    const isPlain = fastPath && url.protocol === 'http:';
    return { client: isPlain ? new PlainClient({ url, connections, reach, others }) : others };
  }
  if (!URL.canParse(proxy.url)) {
    return { why: `${proxy.variable} names no proxy: it is no URL` };
  }
  // Loaded where it is needed: most machines have no proxy.
  const { ProxiedClient } = await import('./reach/proxied-client.ts');
  return { client: new ProxiedClient(url, connections, proxy) };
}
