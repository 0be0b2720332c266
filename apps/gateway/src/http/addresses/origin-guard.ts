import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { isLoopback } from '../../config/reader/bind-rules.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';
import { type Authority, isOwnName, type Origin, parseAuthority, parseOrigin } from './authority.ts';

/** What decides which `Host` and `Origin` are served; the `server` section of the configuration. */
export interface OriginGuardOptions {
  /** The address that is bound. */
  readonly host: string;
  /** Its host is served on any bind, and its origin may ask. */
  readonly publicUrl?: string | undefined;
  /** Hosts that are accepted on a bind other than loopback, with or without a port; empty accepts every one. */
  readonly allowedHosts: readonly string[];
}

/** Why a request is refused, and what helps. */
export interface OriginRefusal {
  readonly message: string;
  readonly advice: string;
}

/** Says why a request is refused; `undefined` lets it pass. */
export type OriginGuard = (http: Pick<HttpContext, 'headers' | 'overruledHost'>) => OriginRefusal | undefined;

/** Characters of a refused name that are repeated to its sender. */
const MAX_SHOWN = 100;

/** Keeps web pages of other sites from reaching a gateway on the reader's machine (DNS rebinding). */
export function createOriginGuard(options: OriginGuardOptions): OriginGuard {
  const isHostAllowed = createHostRule(options);
  const publicOrigin = parseOrigin(originOf(options.publicUrl));
  return ({ headers, overruledHost }) => {
    const host = headerText(headers, 'host');
    const authority = host === undefined ? undefined : parseAuthority(host);
    const foreign = [host, overruledHost].find((each) => each !== undefined && !isHostAllowed(parseAuthority(each)));
    if (foreign !== undefined) {
      const fix = isLoopback(options.host) ? 'DCC_MCP_PUBLIC_URL' : 'server.allowedHosts or DCC_MCP_PUBLIC_URL';
      return {
        message: `The Host '${shown(foreign)}' is not served here; set ${fix} to serve it`,
        advice: 'Ask by the address that the gateway listens on, or have its operator allow this host.',
      };
    }
    const origin = headerText(headers, 'origin');
    if (origin !== undefined && !isOriginAllowed(parseOrigin(origin), authority, publicOrigin)) {
      return {
        message: `The Origin '${shown(origin)}' is not allowed; DCC_MCP_PUBLIC_URL names one that is`,
        advice: 'Ask without a browser, from a page of this gateway, or have its operator set DCC_MCP_PUBLIC_URL.',
      };
    }
    return undefined;
  };
}

/** Hosts are compared by name: which port leads to this one is the network's business. */
function createHostRule({
  host,
  publicUrl,
  allowedHosts,
}: OriginGuardOptions): (asked: Authority | undefined) => boolean {
  const publicName = parseOrigin(originOf(publicUrl))?.name;
  if (isLoopback(host)) {
    const ownName = parseAuthority(host)?.name;
    return (asked) =>
      asked !== undefined && (isOwnName(asked.name) || asked.name === publicName || asked.name === ownName);
  }
  const allowed = new Set(allowedHosts.map((each) => each.toLowerCase()));
  return (asked) =>
    allowed.size === 0 ||
    (asked !== undefined &&
      (allowed.has(asked.name) || allowed.has(`${asked.name}:${asked.port}`) || asked.name === publicName));
}

/** Origins are compared whole. A page that this machine itself serves may ask from any port. */
function isOriginAllowed(
  origin: Origin | undefined,
  host: Authority | undefined,
  publicOrigin: Origin | undefined,
): boolean {
  if (origin === undefined) {
    return false;
  }
  const { scheme, name, port } = origin;
  const isSame = host !== undefined && scheme === 'http' && name === host.name && port === (host.port ?? 80);
  const isPublic = name === publicOrigin?.name && scheme === publicOrigin.scheme && port === publicOrigin.port;
  return isSame || isPublic || isOwnName(name);
}

function originOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : '';
}

function shown(text: string): string {
  return toPrintableLine(text, MAX_SHOWN);
}
