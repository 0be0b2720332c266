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
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
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
