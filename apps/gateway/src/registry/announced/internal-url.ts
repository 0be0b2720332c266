import { networkInterfaces } from 'node:os';

/** Where other gateways reach the one that listens at `url`: an address that other machines have for it, where it has one. */
export function toInternalUrl(url: string): string {
  const { hostname, port } = new URL(url);
  const isEverywhere = hostname === '0.0.0.0' || hostname === '[::]';
  return `http://${isEverywhere ? outsideAddress(hostname === '[::]') : hostname}:${port === '' ? 80 : port}`;
}

function outsideAddress(takesIpv6: boolean): string {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family, scopeid }) => !internal && (family === 'IPv4' || (takesIpv6 && scopeid === 0)));
  const found = addresses.find(({ family }) => family === 'IPv4') ?? addresses[0];
  return found === undefined ? '127.0.0.1' : found.family === 'IPv4' ? found.address : `[${found.address}]`;
}
