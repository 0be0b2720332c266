import type { UpstreamSettings } from '../upstream.ts';
import type { TokenStore } from './token-store.ts';
import { UpstreamToken, type UpstreamTokenOptions } from './upstream-token.ts';
import { UserTokens } from './user-tokens.ts';

/** Where an upstream gets its tokens from. */
export interface UpstreamOauth {
  /** Of the gateway itself; absent where its configuration has a credential for that. */
  readonly token: UpstreamToken | undefined;
  /** Of the users that it is called for; absent where it is called by the gateway alone. */
  readonly users: UserTokens | undefined;
}

export interface UpstreamOauthOptions extends Pick<UpstreamTokenOptions, 'now' | 'onRefresh' | 'onChanged' | 'log'> {
  readonly tokens: TokenStore;
}

/**
 * @returns `undefined` for an upstream that needs no tokens: it is a child, it has credentials in its configuration, or it
 *   came by itself: then nobody meant a token for it, and what it names as its authorization server is asked for nothing.
 */
export function createUpstreamOauth(
  { key, source, transport }: UpstreamSettings,
  { tokens: store, now, ...listeners }: UpstreamOauthOptions,
): UpstreamOauth | undefined {
  if (transport.type !== 'http' || source !== 'config') {
    return undefined;
  }
  const { url, headers, oauth } = transport;
  const isOfUsers = oauth?.grant === 'token_exchange';
  const hasCredential = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  if (hasCredential && oauth === undefined) {
    return undefined;
  }
  return {
    token:
      hasCredential && isOfUsers
        ? undefined
        : new UpstreamToken({ key, url, settings: oauth, store, now, ...listeners }),
    users: isOfUsers ? new UserTokens({ url, settings: oauth, now }) : undefined,
  };
}
