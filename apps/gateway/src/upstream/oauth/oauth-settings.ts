// upstream/oauth/: the tokens that an upstream asks for: kept, refreshed ahead, exchanged for those of its users.

import type { OauthRefreshResult } from '@dcc-mcp/semantic-conventions';

/** How the tokens for one upstream are had; plain data, as the configuration has it. */
export interface OauthSettings {
  /** `token_exchange`: each caller's own token becomes one for the upstream (RFC 8693). */
  readonly grant: 'authorization_code' | 'client_credentials' | 'token_exchange';
  /** Absent: the client registers itself (RFC 7591). */
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly scopes: readonly string[];
  /** What tokens are asked for (RFC 8707); absent: as the upstream says of itself. */
  readonly resource?: string;
  /** The same for token exchange (RFC 8693), where the authorization server wants a name. */
  readonly audience?: string;
  /** The authorization server; absent: as the upstream says of itself. */
  readonly issuer?: string;
  /** Port of the loopback callback of a login; absent: any. */
  readonly callbackPort?: number;
}

/** A caller who signed in with a token of an authorization server. */
export interface HopUser {
  /** Tells every user from every other, and the same one with other rights; no secret. */
  readonly id: string;
  /** The caller's own token: to be exchanged, never to be sent to an upstream. */
  token(): string;
}

/** A refresh, or a further token of a client: how it ended, and how long it took. */
export interface OauthRefresh {
  readonly result: OauthRefreshResult;
  readonly durationSeconds: number;
}
