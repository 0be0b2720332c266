// Hosts and origins as strangers send them: read strictly, because whatever a lenient reader passes over is how a guard is passed.
import { isIPv6 } from 'node:net';

/** A host name and its port. */
export interface Authority {
  /** In lower case; an IPv6 address in brackets and in its one short form. */
  readonly name: string;
  /** Absent where none is written. */
  readonly port: number | undefined;
}

/** An `Origin` that is one: a scheme of the web and a host, nothing behind it. */
export interface Origin extends Authority {
  readonly scheme: 'http' | 'https';
  readonly port: number;
}

const AUTHORITY = /^(?:\[([0-9a-f:.]+)\]|([0-9a-z_-]+(?:\.[0-9a-z_-]+)*))(?::(\d{1,5}))?$/;
const ORIGIN = /^(https?):\/\/(.+)$/;
const MAX_PORT = 65_535;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** Reads the value of a `Host` header: no user, no path, no second one. `undefined` where it is no such thing. */
export function parseAuthority(text: string): Authority | undefined {
  const [, address, plain, digits] = AUTHORITY.exec(text.toLowerCase()) ?? [];
  const name = address === undefined ? plain : canonicalAddress(address);
  const port = digits === undefined ? undefined : Number(digits);
  return name === undefined || (port ?? 0) > MAX_PORT ? undefined : { name, port };
}

function canonicalAddress(address: string): string | undefined {
  return isIPv6(address) ? new URL(`http://[${address}]`).hostname : undefined;
}

/** Reads the value of an `Origin` header. `undefined` for `null`, for several, for a path, and for other schemes. */
export function parseOrigin(text: string): Origin | undefined {
  const [, word, rest = ''] = ORIGIN.exec(text.toLowerCase()) ?? [];
  const scheme = word === 'https' ? 'https' : 'http';
  const authority = word === undefined ? undefined : parseAuthority(rest);
  return authority && { scheme, name: authority.name, port: authority.port ?? DEFAULT_PORTS[scheme] };
}

// The whole address: `127.evil.example` is a name that anyone may own and point at this machine.
const OCTET = String.raw`(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])`;
const LOOPBACK_V4 = new RegExp(String.raw`^127(?:\.${OCTET}){3}$`);
/** `::ffff:127.0.0.0/104`, as a URL writes it. */
const LOOPBACK_V4_IN_V6 = /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/;

/** Whether a name that a stranger sends can only mean this machine. */
export function isOwnName(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || LOOPBACK_V4.test(name) || LOOPBACK_V4_IN_V6.test(name);
}
