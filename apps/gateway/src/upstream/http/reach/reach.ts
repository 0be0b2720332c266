import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Which addresses an upstream may have that somebody else named. */
export interface ReachRule {
  /** Addresses and networks (`10.0.0.0/8`) that the operator allows. */
  readonly allow: readonly string[];
  /** The address of whoever named the upstream: its own host. */
  readonly peer?: string | undefined;
}

/** Code of the error of a connection that is not made because of its address. */
export const ADDRESS_NOT_ALLOWED = 'ERR_DCC_MCP_ADDRESS_NOT_ALLOWED';

const LOOPBACK = blockList(['127.0.0.0/8', '::1']);

/** Unspecified and broadcast, link-local, multicast, and the metadata services of clouds. */
const NEVER_IPV4 = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
];

/** Addresses that no server has which somebody may name, also in the IPv6 notations that hide an IPv4 address. */
const NEVER = blockList([
  ...NEVER_IPV4,
  ...NEVER_IPV4.flatMap(translated),
  '::/96',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254',
  // IPv4-translated (RFC 2765), Teredo (RFC 4380), and local NAT64 (RFC 8215), where only its operator knows which bits
  // are the IPv4 address. No server has one of these for its own.
  '::ffff:0:0:0/96',
  '2001::/32',
  '64:ff9b:1::/48',
]);

/** The networks of IPv6 behind which NAT64 and 6to4 reach one of IPv4 (RFC 6052, RFC 3056). */
function translated(network: string): readonly string[] {
  const [address = '', bits = '32'] = network.split('/', 2);
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const groups = [a * 256 + b, c * 256 + d].map((group) => group.toString(16)).join(':');
  return [`64:ff9b::${groups}/${96 + Number(bits)}`, `2002:${groups}::/${16 + Number(bits)}`];
}

/** Whether an address is one that nobody can allow. */
export function isNeverAllowed(address: string): boolean {
  return has(NEVER, address);
}

/** Whether an address is this machine itself. */
export function isLoopbackAddress(address: string): boolean {
  return has(LOOPBACK, address);
}

/** Where connections of one upstream may go: decided for each address, whenever one is made. */
export class Reach {
  readonly #allowed: BlockList;
  readonly #resolve: LookupFunction;

  /** @param resolve Looks names up as `dns.lookup` does. */
  constructor({ allow, peer }: ReachRule, resolve: LookupFunction) {
    this.#allowed = blockList(peer !== undefined && isIP(peer) !== 0 ? [...allow, peer] : allow);
    this.#resolve = resolve;
  }

  /** @param address An IPv4 or IPv6 address. */
  allows(address: string): boolean {
    return isLoopbackAddress(address) || (!has(NEVER, address) && has(this.#allowed, address));
  }

  /** Why a host that is an address is not connected to; of a name the lookup says it. */
  refusal(host: string): Error | undefined {
    const address = host.replaceAll(/^\[|\]$/g, '');
    return isIP(address) === 0 || this.allows(address) ? undefined : notAllowed(host);
  }

  /** Looks a name up as `dns.lookup` does, and gives none but addresses that are allowed. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    this.#resolve(hostname, { ...options, all: true }, (error, found) => {
      const addresses = typeof found === 'string' ? [{ address: found, family: isIP(found) }] : found;
      const allowed = error === null ? addresses.filter(({ address }) => this.allows(address)) : [];
      const [first] = allowed;
      if (first === undefined) {
        callback(error ?? notAllowed(hostname), '', 0);
      } else if (options.all === true) {
        callback(null, allowed);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function notAllowed(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no address that may be connected to`), { code: ADDRESS_NOT_ALLOWED });
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/', 2);
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    if (bits === undefined) {
      list.addAddress(address, family);
    } else {
      list.addSubnet(address, Number(bits), family);
    }
  }
  return list;
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
