import { headerText, type HttpContext } from '@dcc-mcp/http-adapter';
import { type IsTrustedProxy, readForwardedOrigin } from '@dcc-mcp/request-context';
import { parseAuthority } from './authority.ts';

/** What decides where links lead. */
export interface BaseUrlOptions {
  /** As the configuration has it; absent: the address by which the caller came. */
  readonly publicUrl?: string | undefined;
  readonly isTrustedProxy: IsTrustedProxy;
}

/** The address that links of an answer begin with, below whatever path a proxy serves us; without a slash at its end. */
export type BaseUrlOf = (http: Pick<HttpContext, 'headers' | 'peerAddress'>) => string;

/** Links begin with the public address, else with the one that a trusted proxy was asked by, else as the caller has reached us. */
export function createBaseUrlOf({ publicUrl, isTrustedProxy }: BaseUrlOptions): BaseUrlOf {
  const configured = publicUrl?.replace(/\/$/, '');
  return ({ headers, peerAddress }) => {
    if (configured !== undefined) {
      return configured;
    }
    const forwarded = readForwardedOrigin(headers, peerAddress, isTrustedProxy);
    const scheme = schemeOf(forwarded.proto);
    const authority = authorityText(forwarded.host) ?? authorityText(headerText(headers, 'host')) ?? 'localhost';
    return `${scheme}://${authority}${prefixOf(forwarded.prefix)}`;
  };
}

/** A proxy that says no scheme of the web says nothing. */
function schemeOf(proto: string | undefined): 'http' | 'https' {
  return proto?.toLowerCase() === 'https' ? 'https' : 'http';
}

const MAX_PREFIX_LENGTH = 256;
/** Segments of unreserved characters (RFC 3986, 2.3), none of them a way up. */
const PREFIX = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/;

/** Without a slash at its end; what is no plain path adds nothing. */
function prefixOf(text: string | undefined): string {
  const prefix = text?.replace(/\/$/, '') ?? '';
  return prefix.length <= MAX_PREFIX_LENGTH && PREFIX.test(prefix) ? prefix : '';
}

function authorityText(text: string | undefined): string | undefined {
  const { name, port } = parseAuthority(text ?? '') ?? {};
  return name === undefined || port === undefined ? name : `${name}:${port}`;
}
