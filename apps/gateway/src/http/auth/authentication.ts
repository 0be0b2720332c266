import { headerText } from '@dcc-mcp/http-adapter';
import {
  authenticate,
  type AuthFailureCode,
  type AuthScheme,
  bearerAuth,
  type Identity,
} from '@dcc-mcp/http-adapter/auth';
import { jwtAuth } from '@dcc-mcp/http-adapter/jwt';
import type { RequestHeaders } from '@dcc-mcp/request-context';
import { hash } from 'node:crypto';
import { bearerTokens } from '../../config/load/secret-reader.ts';
import type { AuthConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import type { HopUser } from '../../upstream/oauth/oauth-settings.ts';
import { toKeptSubject } from './kept-subject.ts';
import { KeyWatch } from './key-watch.ts';
import { scopesOf } from './scopes.ts';

/**
 * `subject` is the name of a token or the `sub` of a JWT, where it has one, as it may be kept. `principal` tells every caller
 * from every other, also those without a name; it is no secret.
 */
export type AuthVerdict =
  | {
      readonly ok: true;
      readonly subject: string | undefined;
      readonly principal: string;
      /** DCC types that the credential may use, in lower case; empty: all. */
      readonly scope: readonly string[];
      /** The scopes that a JWT has; absent: it is not bound to any. */
      readonly scopes?: ReadonlySet<string> | undefined;
      /** Whoever signed in with a JWT. */
      readonly user?: HopUser | undefined;
    }
  | AuthRefusal;

/** `message` says what was wrong, never what was sent; `advice` what helps. */
export interface AuthRefusal {
  readonly ok: false;
  readonly message: string;
  readonly advice: string;
  /** What `WWW-Authenticate` says besides the realm; absent: the credential could not be checked, and may be good. */
  readonly error: string | undefined;
}

/** Who is behind the credentials of a request. */
export interface Authentication {
  check(headers: RequestHeaders): Promise<AuthVerdict>;
  /** How it stands with the keys of JWTs; absent where none are taken. */
  readonly keys: KeyWatch | undefined;
  /** Fetches the keys before the first token needs them. Never rejects. */
  prepare(): Promise<void>;
}

interface Credential {
  readonly name: string | undefined;
  readonly scope: readonly string[];
  readonly scheme: AuthScheme;
}

/** Where it is told how things stand. */
export interface AuthenticationWorld {
  readonly log: Log;
  readonly now: () => number;
}

export const REALM = 'dcc-mcp';

/** @returns `undefined` where nothing guards the gateway: then everyone is let in. */
export function createAuthentication(config: AuthConfig, world: AuthenticationWorld): Authentication | undefined {
  const { jwksUrl, audience, issuer } = config;
  const tokens = config.tokens.map(({ token, name, dccTypes }) => ({
    name,
    scope: dccTypes.map((type) => type.toLowerCase()),
    scheme: bearerAuth(bearerTokens(token), REALM),
  }));
  const keys = jwksUrl === undefined ? undefined : new KeyWatch(jwksUrl, world);
  const jwt =
    jwksUrl === undefined
      ? undefined
      : jwtAuth(
          {
            jwksUrl,
            ...(audience === undefined ? {} : { audience }),
            ...(issuer === undefined ? {} : { issuer }),
            onKeys: (failure) => keys?.saw(failure),
          },
          REALM,
        );
  const entries: readonly Credential[] = [
    ...tokens,
    ...(jwt === undefined ? [] : [{ name: undefined, scope: [], scheme: jwt }]),
  ];
  return entries.length === 0
    ? undefined
    : { keys, prepare: async () => jwt?.loadKeys(), check: (headers) => check(entries, headers) };
}

async function check(entries: readonly Credential[], headers: RequestHeaders): Promise<AuthVerdict> {
  const authorization = headerText(headers, 'authorization') ?? null;
  let code: AuthFailureCode = 'missing_credentials';
  for (const { name, scope, scheme } of entries) {
    const result = await authenticate(authorization, [scheme]);
    if (result.ok) {
      return toVerdict(result.identity, { name, scope, authorization: authorization ?? '' });
    }
    ({ code } = result);
  }
  return toRefusal(code);
}

function toVerdict(
  { scheme, subject, claims }: Identity,
  { name, scope, authorization }: Omit<Credential, 'scheme'> & { readonly authorization: string },
): AuthVerdict {
  const named = name ?? subject;
  const principal = `${scheme} ${named ?? fingerprint(authorization)}`;
  const scopes = claims && scopesOf(claims);
  const user = scheme === 'jwt' ? toUser(principal, scopes, authorization) : undefined;
  const kept = named === undefined ? undefined : toKeptSubject(named);
  return { ok: true, scope, subject: kept, principal, scopes, user };
}

const SEND_A_TOKEN = 'Send a bearer token; the operator of the gateway has them.';
const SEND_IT_SO = 'Write the header as "Authorization: Bearer TOKEN".';
const GET_A_TOKEN = 'Ask the operator of the gateway for a token that is valid now.';
const ASK_LATER = 'Send the request again in a few seconds; the token itself may be good.';

/** A token that was sent and is wrong is told apart from none (RFC 6750, section 3.1). */
function toRefusal(code: AuthFailureCode): AuthRefusal {
  if (code === 'key_unavailable') {
    const message = 'The token can not be checked: the keys of its issuer can not be had at this moment';
    return { ok: false, message, advice: ASK_LATER, error: undefined };
  }
  if (code === 'invalid_credentials' || code === 'invalid_token') {
    const message = 'The bearer token is wrong or has expired';
    const error = `, error="invalid_token", error_description="${message}"`;
    return { ok: false, message, advice: GET_A_TOKEN, error };
  }
  const isMissing = code === 'missing_credentials';
  const message = isMissing
    ? 'A bearer token is required; send it as "Authorization: Bearer TOKEN"'
    : 'The Authorization header is not "Bearer TOKEN"';
  return { ok: false, message, advice: isMissing ? SEND_A_TOKEN : SEND_IT_SO, error: '' };
}

/**
 * What a user has elsewhere may depend on what the token allows: the same subject with other scopes is another one. Whatever
 * stands in a subject, it makes nobody somebody else.
 */
function toUser(principal: string, scopes: ReadonlySet<string> | undefined, authorization: string): HopUser {
  const id = JSON.stringify([principal, scopes && [...scopes].toSorted()]);
  return { id, token: () => credentialOf(authorization) };
}

function credentialOf(authorization: string): string {
  return authorization.slice(authorization.indexOf(' ') + 1).trim();
}

/** Names a credential without telling it. */
function fingerprint(authorization: string): string {
  return `#${hash('sha256', credentialOf(authorization))}`;
}
