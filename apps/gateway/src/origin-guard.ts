import type { RequestHeaders } from '@dcc-mcp/request-context';
import { headerText } from './header-text.ts';

export interface OriginGuardOptions {
  /** The address that is bound. */
  readonly host: string;
  readonly publicUrl?: string | undefined;
  /** Host names that are accepted on a bind other than loopback; empty accepts every one. */
  readonly allowedHosts: readonly string[];
}

/** Why a request is refused; `undefined` lets it pass. */
export type OriginGuard = (headers: RequestHeaders) => string | undefined;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

// The whole address: `127.evil.example` is a name that anyone may own and point at this machine.
const LOOPBACK_ADDRESS = /^127(?:\.\d{1,3}){3}$/;

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host) || LOOPBACK_ADDRESS.test(host);
}

/** Keeps web pages of other sites from reaching a gateway on the reader's machine (DNS rebinding). */
export function createOriginGuard(options: OriginGuardOptions): OriginGuard {
  const publicHost = options.publicUrl === undefined ? undefined : hostOf(options.publicUrl);
  const allowed = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
  const isHostAllowed = (host: string): boolean =>
    isLoopback(options.host)
      ? isLoopback(nameOf(host)) || host === publicHost || nameOf(host) === publicHost
      : allowed.size === 0 || allowed.has(nameOf(host)) || allowed.has(host) || host === publicHost;
  const isOriginAllowed = (origin: string, host: string | undefined): boolean => {
    const from = hostOf(origin);
    return from !== undefined && (from === host || LOOPBACK.has(nameOf(from)) || from === publicHost);
  };
  return (headers) => {
    const host = headerText(headers, 'host')?.toLowerCase();
    if (host !== undefined && !isHostAllowed(host)) {
      return `The Host '${host}' is not served here; set server.allowedHosts or DCC_MCP_PUBLIC_URL to serve it`;
    }
    const origin = headerText(headers, 'origin');
    if (origin !== undefined && !isOriginAllowed(origin, host)) {
      return `The Origin '${origin}' is not allowed`;
    }
    return undefined;
  };
}

/** Host with its port where that is not the scheme's own. */
function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host.toLowerCase() : undefined;
}

/** Host without its port. */
function nameOf(host: string): string {
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : (host.split(':', 1)[0] ?? host);
}
