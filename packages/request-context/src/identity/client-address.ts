import { Memo } from '@dcc-mcp/bounds';
import ipaddr from 'ipaddr.js';
import type { RequestHeaders } from '../carriers/carrier-input.ts';
import { forwardedElements, headerList } from './forwarded-elements.ts';

/** Tells whether an address (canonical text) belongs to a proxy whose forwarding headers are believed. */
export type IsTrustedProxy = (address: string) => boolean;

/** Where a request came from; derived by the server, never set by a caller. */
export interface ClientAddress {
  readonly sourceIp?: string;
  /** The forwarded chain, client first, at most 16; only when the peer is a trusted proxy. */
  readonly forwardedFor?: readonly string[];
  readonly trust: 'server_derived' | 'trusted_proxy';
}

const MAX_CHAIN = 16;

/** An IP address in its canonical text (IPv4-mapped IPv6 as IPv4), or `undefined` when it is none. */
export function toCanonicalIp(text: string): string | undefined {
  const bare = text.startsWith('[') ? text.slice(1, text.indexOf(']')) : withoutPort(text);
  return ipaddr.isValid(bare) && (bare.includes(':') || isDottedQuad(bare))
    ? ipaddr.process(bare).toString()
    : undefined;
}

// ipaddr.js also takes "127.1" and "0x7f.1", which no forwarding header means.
function isDottedQuad(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text);
}

function withoutPort(text: string): string {
  const colon = text.indexOf(':');
  return colon !== -1 && colon === text.lastIndexOf(':') ? text.slice(0, colon) : text;
}

/**
 * Builds the test for trusted proxies.
 *
 * @param cidrs Networks (`10.0.0.0/8`, `fd00::/8`) or single addresses.
 * @throws {RangeError} When one of them is neither.
 */
export function createTrustedProxies(cidrs: readonly string[]): IsTrustedProxy {
  const networks = cidrs.map(parseNetwork);
  if (networks.length === 0) {
    return () => false;
  }
  return (address) => {
    if (!ipaddr.isValid(address)) {
      return false;
    }
    const ip = ipaddr.process(address);
    return networks.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits));
  };
}

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

function parseNetwork(cidr: string): [Ip, number] {
  const text = cidr.trim();
  const slash = text.indexOf('/');
  const address = slash === -1 ? text : text.slice(0, slash);
  if (!ipaddr.isValid(address) || (!address.includes(':') && !isDottedQuad(address))) {
    throw badCidr(cidr);
  }
  const ip = ipaddr.parse(address);
  const width = ip.kind() === 'ipv4' ? 32 : 128;
  const prefix = slash === -1 ? String(width) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > width) {
    throw badCidr(cidr);
  }
  return unmapped(ip, Number(prefix));
}

// Addresses are compared after unmapping, so a network written as ::ffff:a.b.c.d/120 is unmapped too.
function unmapped(ip: Ip, bits: number): [Ip, number] {
  const isMapped = ip instanceof ipaddr.IPv6 && ip.isIPv4MappedAddress() && bits >= 96;
  return isMapped ? [ip.toIPv4Address(), bits - 96] : [ip, bits];
}

function badCidr(cidr: string): RangeError {
  return new RangeError(`"${cidr}" is not a network; write an address or a CIDR such as 10.0.0.0/8 or fd00::/8`);
}

/**
 * Finds the client: the peer, or, when the peer is a trusted proxy, the first address from the right of the forwarded
 * chain that is not a trusted proxy (`Forwarded`, RFC 7239, else `X-Forwarded-For`).
 */
export function readClientAddress(
  headers: RequestHeaders,
  peerAddress: string | undefined,
  isTrustedProxy: IsTrustedProxy,
): ClientAddress {
  const direct =
    peerAddress === undefined
      ? UNKNOWN_PEER
      : (peers.get(peerAddress) ?? peers.set(peerAddress, toDirect(peerAddress)));
  const peer = direct.sourceIp;
  if (peer === undefined || !isTrustedProxy(peer)) {
    return direct;
  }
  const chain = readForwardedChain(headers);
  // What stands left of the client is only claimed by it.
  const client = Math.max(
    0,
    chain.findLastIndex((address) => !isTrustedProxy(address)),
  );
  const sourceIp = chain[client];
  if (sourceIp === undefined) {
    return direct;
  }
  return { sourceIp, forwardedFor: chain.slice(client).slice(0, MAX_CHAIN), trust: 'trusted_proxy' };
}

const UNKNOWN_PEER: ClientAddress = { trust: 'server_derived' };
// A connection brings many requests: its address is parsed once.
const peers = new Memo<ClientAddress>(4096);

function toDirect(peerAddress: string): ClientAddress {
  const sourceIp = toCanonicalIp(peerAddress);
  return sourceIp === undefined ? UNKNOWN_PEER : { sourceIp, trust: 'server_derived' };
}

function readForwardedChain(headers: RequestHeaders): readonly string[] {
  const forwarded = forwardedElements(headers);
  const texts =
    forwarded.length === 0 ? headerList(headers, 'x-forwarded-for') : forwarded.map(({ for: by = '' }) => by);
  const addresses = texts.map(toCanonicalIp);
  // A hop that can't be read ends the chain: nobody vouches for what stands left of it.
  const unreadable = addresses.lastIndexOf(undefined);
  return addresses.slice(unreadable + 1).filter((address) => address !== undefined);
}
