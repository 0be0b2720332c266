import { hostname as machineName, networkInterfaces } from 'node:os';
import { isLoopback } from '../../config/reader/bind-rules.ts';

/** Where a gateway listens. */
export interface ListenAddress {
  /** An address or a name, without brackets; `0.0.0.0` and `::` are all of this machine. */
  readonly host: string;
  readonly port: number;
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** The address of `http://host:port`. */
export function toListenAddress({ hostname, port, protocol }: URL): ListenAddress {
  const host = unmapped(hostname.replace(/^\[(.*)\]$/, '$1'));
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}

/** An IPv4 address that a URL writes as one of IPv6 (`::ffff:7f00:1`), as itself. */
function unmapped(host: string): string {
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(host) ?? [];
  if (high === undefined || low === undefined) {
    return host;
  }
  return [high, low].flatMap((digits) => [parseInt(digits, 16) >> 8, parseInt(digits, 16) & 255]).join('.');
}

/** Whether an address is that of a listener; the names of the loopback interface are one. */
export function isSameAddress(
  { host, port }: ListenAddress,
  own: ListenAddress,
  isThisMachine: (host: string) => boolean,
): boolean {
  if (port !== own.port) {
    return false;
  }
  const isEverywhere = EVERYWHERE.has(own.host);
  return (
    host === own.host ||
    (isEverywhere && isThisMachine(host)) ||
    (isLoopback(host) && (isEverywhere || isLoopback(own.host)))
  );
}

/** Tells hosts of this machine from others, by the addresses that it has now. */
export function thisMachine(): (host: string) => boolean {
  const own = new Set([machineName().toLowerCase()]);
  for (const each of Object.values(networkInterfaces())) {
    each?.forEach(({ address }) => own.add(address.toLowerCase()));
  }
  return (host) => isLoopback(host) || own.has(host.toLowerCase());
}
