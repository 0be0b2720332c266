import { readVariable } from '@dcc-mcp/telemetry-config/settings';
import { isIP } from 'node:net';
import { isLoopbackAddress } from './reach.ts';

/** The proxy that requests to one origin go through, but where `without` names its host. */
export interface Proxy {
  /** As it is written, with a scheme. */
  readonly url: string;
  /** The variable that names it. */
  readonly variable: string;
  /** What `NO_PROXY` says: names with those below them, addresses, each with a port or without; `*` is every one. */
  readonly without: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for `url`: `HTTP_PROXY` or `HTTPS_PROXY`, by its scheme, in either case. None for this
 * machine itself. Blank is unset.
 */
export function proxyOf({ protocol, hostname }: URL, environment: Environment): Proxy | undefined {
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const variable = readVariable(environment, name) === undefined ? name.toUpperCase() : name;
  const named = readVariable(environment, variable);
  if (named === undefined || isThisMachine(hostname)) {
    return undefined;
  }
  const url = named.includes('://') ? named : `http://${named}`;
  return {
    url,
    variable,
    without: readVariable(environment, 'no_proxy') ?? readVariable(environment, 'NO_PROXY') ?? '',
  };
}

/** A proxy as people may read of it: the variable that names it, and its URL without user and password. */
export function describeProxy({ variable, url }: Pick<Proxy, 'variable' | 'url'>): string {
  const { protocol, host } = new URL(url);
  return `${variable}: ${protocol}//${host}`;
}

/** @param hostname As a URL has it: an IPv6 address in brackets. */
function isThisMachine(hostname: string): boolean {
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  return isIP(host) === 0 ? host === 'localhost' || host.endsWith('.localhost') : isLoopbackAddress(host);
}
