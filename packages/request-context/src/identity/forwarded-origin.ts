import type { RequestHeaders } from '../carriers/carrier-input.ts';
import { type IsTrustedProxy, toCanonicalIp } from './client-address.ts';
import { type ForwardedElement, forwardedElements, headerList } from './forwarded-elements.ts';

/** How a client has reached the outermost proxy, as that says it: texts that nobody has looked at yet. */
export interface ForwardedOrigin {
  /** With a port where one is written. */
  readonly host?: string | undefined;
  readonly proto?: string | undefined;
  /** The path below which the proxy serves what it asks us for. */
  readonly prefix?: string | undefined;
}

const NOTHING: ForwardedOrigin = {};

/**
 * Reads the host and the scheme that a client has asked for from `Forwarded` (RFC 7239), else from `X-Forwarded-Host`
 * and `X-Forwarded-Proto`; the prefix, which `Forwarded` has no word for, always from `X-Forwarded-Prefix`. Nothing is
 * read unless the peer is a trusted proxy.
 */
export function readForwardedOrigin(
  headers: RequestHeaders,
  peerAddress: string | undefined,
  isTrustedProxy: IsTrustedProxy,
): ForwardedOrigin {
  if (peerAddress === undefined || !isTrustedProxy(peerAddress)) {
    return NOTHING;
  }
  // Outside `Forwarded` nothing says which proxy wrote which entry: only the last one is the peer's own.
  const last = (name: string): string | undefined => headerList(headers, name).at(-1);
  const elements = forwardedElements(headers);
  const origin =
    elements.length > 0
      ? outermost(elements, isTrustedProxy)
      : { host: last('x-forwarded-host'), proto: last('x-forwarded-proto') };
  return { ...origin, prefix: last('x-forwarded-prefix') };
}

/** A trusted proxy vouches for what stands left of the element that names it, and for nothing else. */
function outermost(elements: readonly ForwardedElement[], isTrustedProxy: IsTrustedProxy): ForwardedOrigin {
  const index = elements.findLastIndex(({ for: sender = '' }) => !isTrustedProxy(toCanonicalIp(sender) ?? ''));
  const { host, proto } = elements[Math.max(0, index)] ?? {};
  return { host, proto };
}
