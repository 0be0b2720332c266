import { headerText } from '@dcc-mcp/http-adapter';
import { authenticate, type AuthFailureCode, type AuthScheme, bearerAuth } from '@dcc-mcp/http-adapter/auth';
import type { RequestHeaders } from '@dcc-mcp/request-context';
import { hash } from 'node:crypto';
import { bearerTokens } from '../config/load/secret-reader.ts';
import type { AuthConfig } from '../config/reader/gateway-config.ts';
import { jwtScheme } from './metrics-endpoint.ts';

/**
 * `subject` is the name of a token or the `sub` of a JWT, where it has one. `principal` tells every caller from every
 * other, also those without a name; it is no secret.
 */
export type AuthVerdict =
  | {
      readonly ok: true;
      readonly subject: string | undefined;
      readonly principal: string;
      /** DCC types that the credential may use, in lower case; empty: all. */
      readonly scope: readonly string[];
    }
  /** `challenge` is the value of `WWW-Authenticate`; `message` says what was wrong, never what was sent; `advice` what helps. */
  | { readonly ok: false; readonly challenge: string; readonly message: string; readonly advice: string };

/** Who is behind the credentials of a request. */
export type Authenticate = (headers: RequestHeaders) => Promise<AuthVerdict>;

interface Credential {
  readonly name: string | undefined;
  readonly scope: readonly string[];
  readonly scheme: AuthScheme;
}

/** @returns `undefined` where nothing guards the gateway: then everyone is let in. */
export function createAuthentication(config: AuthConfig): Authenticate | undefined {
  const tokens = config.tokens.map(({ token, name, dccTypes }) => ({
    name,
    scope: dccTypes.map((type) => type.toLowerCase()),
    scheme: bearerAuth(bearerTokens(token), 'dcc-mcp'),
  }));
  const jwt =
    config.jwksUrl === undefined ? [] : [{ name: undefined, scope: [], scheme: jwtScheme(config, 'dcc-mcp') }];
  const entries: readonly Credential[] = [...tokens, ...jwt];
  const [first] = entries;
  if (first === undefined) {
    return undefined;
  }
  return async (headers) => {
    const authorization = headerText(headers, 'authorization') ?? null;
    let code: AuthFailureCode = 'missing_credentials';
    for (const { name, scope, scheme } of entries) {
      const result = await authenticate(authorization, [scheme]);
      if (result.ok) {
        const { scheme: kind, subject } = result.identity;
        const named = name ?? subject;
        return { ok: true, scope, subject: named, principal: `${kind} ${named ?? fingerprint(authorization ?? '')}` };
      }
      ({ code } = result);
    }
    return { ok: false, ...toChallenge(first.scheme.challenge, code) };
  };
}

const SEND_A_TOKEN = 'Send a bearer token; the operator of the gateway has them.';
const SEND_IT_SO = 'Write the header as "Authorization: Bearer TOKEN".';
const GET_A_TOKEN = 'Ask the operator of the gateway for a token that is valid now.';

/** A token that was sent and is wrong is told apart from none (RFC 6750, section 3.1). */
function toChallenge(
  challenge: string,
  code: AuthFailureCode,
): { readonly challenge: string; readonly message: string; readonly advice: string } {
  if (code === 'invalid_credentials' || code === 'invalid_token') {
    const message = 'The bearer token is wrong or has expired';
    return {
      challenge: `${challenge}, error="invalid_token", error_description="${message}"`,
      message,
      advice: GET_A_TOKEN,
    };
  }
  const isMissing = code === 'missing_credentials';
  const message = isMissing
    ? 'A bearer token is required; send it as "Authorization: Bearer TOKEN"'
    : 'The Authorization header is not "Bearer TOKEN"';
  return { challenge, message, advice: isMissing ? SEND_A_TOKEN : SEND_IT_SO };
}

/** Names a credential without telling it. */
function fingerprint(authorization: string): string {
  const credential = authorization.slice(authorization.indexOf(' ') + 1).trim();
  return `#${hash('sha256', credential)}`;
}
