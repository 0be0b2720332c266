import { createFailure, type ExportFailure } from '../health/export-failure.ts';
import { proxyFor, type NamedProxy, type ProxyEnvironment } from './proxy-environment.ts';
import { isRetryableStatus } from './retry-wish.ts';

/** Where a request goes, and what names the proxies that may be on the way. */
export interface Route {
  readonly url: URL;
  readonly proxyEnv: ProxyEnvironment | undefined;
}

/** A proxy as it may be shown: without its user and password. */
export function describeProxy({ variable, url }: NamedProxy): string {
  return `the proxy ${url.protocol}//${url.host} (${variable})`;
}

/** What to do about a proxy that does not let a request through. */
export function actionOfProxy({ variable }: NamedProxy, status: number): string {
  return status === 407
    ? `write user and password into ${variable}: http://USER:PASSWORD@HOST:PORT`
    : 'let the collector’s host pass the proxy, or name it in NO_PROXY';
}

/**
 * The proxy that passed a request on whose target is `target`: it is asked for a whole URL, a collector itself for a
 * path.
 */
export function proxyOfTarget(target: string, { url, proxyEnv }: Route): NamedProxy | undefined {
  return target.startsWith('http:') ? proxyFor(url, proxyEnv) : undefined;
}

/** Tells a failure of the proxy on the way from one of the collector; `failure` is what `error` alone says. */
export function toFailureOfProxy(error: unknown, failure: ExportFailure, { url, proxyEnv }: Route): ExportFailure {
  const proxy = proxyFor(url, proxyEnv);
  if (proxy === undefined) {
    return failure;
  }
  const broken = firstOf(error);
  if (broken.code === 'ERR_PROXY_TUNNEL') {
    return failureOfTunnel(broken, proxy, url);
  }
  return isConnectionTo(proxy.url, url, broken)
    ? createFailure('proxy', `${describeProxy(proxy)} can not be reached: ${failure.message}`, {
        action: `start the proxy or correct ${proxy.variable}; a collector that needs none is named in NO_PROXY`,
        isRetryable: failure.isRetryable,
      })
    : failure;
}

function failureOfTunnel({ statusCode }: Broken, proxy: NamedProxy, { hostname, port }: URL): ExportFailure {
  const answer = statusCode === undefined ? 'closed the connection' : `answered ${statusCode}`;
  const message = `${describeProxy(proxy)} ${answer} when asked for a tunnel to ${hostname}:${port || '443'}`;
  const action = actionOfProxy(proxy, statusCode ?? 0);
  return statusCode === undefined
    ? createFailure('proxy', message, { action, isRetryable: true })
    : createFailure('proxy', message, { action, statusCode, isRetryable: isRetryableStatus(statusCode) });
}

/** What Node's errors say of a connection that was not made. */
interface Broken {
  readonly code?: unknown;
  /** Of a name that was looked up. */
  readonly hostname?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  /** What a proxy answered that was asked for a tunnel. */
  readonly statusCode?: number;
}

function firstOf(error: unknown): Broken {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return typeof first === 'object' && first !== null ? first : {};
}

/** Node reads `no_proxy` by itself; whether it asked the proxy is seen by where the connection went. */
function isConnectionTo(proxy: URL, collector: URL, { hostname, address, port }: Broken): boolean {
  if (hostname !== undefined) {
    return hostname === hostOf(proxy) && hostname !== hostOf(collector);
  }
  if (port !== portOf(proxy)) {
    return false;
  }
  return port !== portOf(collector) || address === hostOf(proxy);
}

function hostOf({ hostname }: URL): string {
  return hostname.replaceAll(/^\[|\]$/g, '');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
