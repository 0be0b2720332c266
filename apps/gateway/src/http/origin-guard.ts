import { headerText } from '@dcc-mcp/http-adapter';
import type { RequestHeaders } from '@dcc-mcp/request-context';
import { isLoopback } from '../config/reader/bind-rules.ts';

/** What decides which `Host` and `Origin` are served; the `server` section of the configuration. */
export interface OriginGuardOptions {
  /** The address that is bound. */
  readonly host: string;
  /** Its host is served on any bind. */
  readonly publicUrl?: string | undefined;
  /** Host names that are accepted on a bind other than loopback; empty accepts every one. */
  readonly allowedHosts: readonly string[];
}

/** Says why a request is refused; `undefined` lets it pass. */
export type OriginGuard = (headers: RequestHeaders) => string | undefined;

const OWN_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

// The whole address: `127.evil.example` is a name that anyone may own and point at this machine.
const LOOPBACK_ADDRESS = /^127(?:\.\d{1,3}){3}$/;

/** Stricter than `isLoopback`, which judges the operator's bind: this judges what a stranger sends. */
function isOwnName(name: string): boolean {
  return OWN_NAMES.has(name) || LOOPBACK_ADDRESS.test(name);
}

/** Keeps web pages of other sites from reaching a gateway on the reader's machine (DNS rebinding). */
export function createOriginGuard(options: OriginGuardOptions): OriginGuard {
  const publicHost = options.publicUrl === undefined ? undefined : hostOf(options.publicUrl);
  const allowed = new Set(options.allowedHosts.map((host) => host.toLowerCase()));
  const isOnlyHere = isLoopback(options.host);
  const isHostAllowed = (host: string): boolean =>
    isOnlyHere
      ? isOwnName(nameOf(host)) || host === publicHost || nameOf(host) === publicHost
      : allowed.size === 0 || allowed.has(nameOf(host)) || allowed.has(host) || host === publicHost;
  const isOriginAllowed = (origin: string, host: string | undefined): boolean => {
    const from = hostOf(origin);
    return from !== undefined && (from === host || OWN_NAMES.has(nameOf(from)) || from === publicHost);
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
