import type { Middleware } from '../fetch/fetch-handler.ts';
import { isSameSecret, parseAuthorization, parseBase64, type Credentials } from './credentials.ts';

export { splitChallenges } from './challenges.ts';

/** Who a request turned out to be. */
export interface Identity {
  readonly scheme: 'basic' | 'bearer' | 'jwt';
  /** User name or the subject of a token; absent for a static token. */
  readonly subject?: string;
  /** Of a JSON Web Token. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Why a request was refused. */
export type AuthFailureCode =
  | 'missing_credentials'
  | 'malformed_credentials'
  | 'unsupported_scheme'
  | 'invalid_credentials'
  | 'invalid_token'
  /** The token may be good: what it is checked with can't be had. */
  | 'key_unavailable';

/** The verdict on one request. */
export type AuthResult =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly code: AuthFailureCode; readonly message: string };

/** One way to authenticate. */
export interface AuthScheme {
  /** Scheme word in lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** What `WWW-Authenticate` says of it. */
  readonly challenge: string;
  /** Checks the value that came with the scheme word. */
  check(value: string): AuthResult | Promise<AuthResult>;
}

/** The realm that scrapers of dcc-mcp know. */
export const METRICS_REALM = 'dcc-mcp metrics';

const encoder = new TextEncoder();

function refuse(code: AuthFailureCode, message: string): AuthResult {
  return { ok: false, code, message };
}

/** A user name and a password. */
export interface BasicCredentials {
  /** Without a colon. */
  readonly username: string;
  readonly password: string;
  /** Default {@link METRICS_REALM}. */
  readonly realm?: string;
}

/** Reads `user:password`, split at the first colon; `undefined` without a colon or a user name. */
export function parseBasicCredentials(text: string): { username: string; password: string } | undefined {
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * HTTP Basic (RFC 7617, charset UTF-8), compared in constant time. A function is asked at each request, so that a secret
 * in a file can change. An empty password never matches.
 *
 * @throws {TypeError} When a user name holds a colon, which no client could send.
 */
export function basicAuth(credentials: BasicCredentials | (() => BasicCredentials)): AuthScheme {
  const read = typeof credentials === 'function' ? credentials : () => credentials;
  const { username, realm = METRICS_REALM } = read();
  if (username.includes(':')) {
    throw new TypeError('a user name for Basic authentication must not hold a colon');
  }
  return {
    scheme: 'basic',
    challenge: `Basic realm="${realm}", charset="UTF-8"`,
    check(value) {
      const given = parseBase64(value);
      if (given === undefined) {
        return refuse('malformed_credentials', 'the credentials are not base64');
      }
      const { username: subject, password } = read();
      // An empty password is one that somebody forgot to set.
      return isSameSecret(given, encoder.encode(`${subject}:${password}`)) && password !== ''
        ? { ok: true, identity: { scheme: 'basic', subject } }
        : refuse('invalid_credentials', 'user name or password is wrong');
    },
  };
}

/**
 * Static bearer tokens (RFC 6750), each compared in constant time. A function is asked at each request, so that tokens in
 * files can change. An empty token never matches.
 */
export function bearerAuth(
  tokens: string | readonly string[] | (() => readonly string[]),
  realm: string = METRICS_REALM,
): AuthScheme {
  const read = typeof tokens === 'function' ? tokens : () => (typeof tokens === 'string' ? [tokens] : tokens);
  return {
    scheme: 'bearer',
    challenge: `Bearer realm="${realm}"`,
    check(value) {
      const given = encoder.encode(value);
      // All of them are compared, so that the time does not tell which one matched.
      const matches = read().filter((token) => token !== '' && isSameSecret(given, encoder.encode(token)));
      return matches.length > 0
        ? { ok: true, identity: { scheme: 'bearer' } }
        : refuse('invalid_credentials', 'the bearer token is wrong');
    },
  };
}

async function checkAll(schemes: readonly AuthScheme[], { scheme, value }: Credentials): Promise<AuthResult> {
  let result = refuse('unsupported_scheme', `the authentication scheme "${scheme.slice(0, 32)}" is not accepted here`);
  for (const candidate of schemes) {
    if (candidate.scheme !== scheme) {
      continue;
    }
    result = await candidate.check(value);
    if (result.ok) {
      return result;
    }
  }
  return result;
}

/** Checks an `Authorization` header against each scheme; one that accepts is enough. Without schemes nobody gets in. */
export async function authenticate(authorization: string | null, schemes: readonly AuthScheme[]): Promise<AuthResult> {
  if (authorization === null) {
    return refuse('missing_credentials', 'this resource needs credentials');
  }
  const credentials = parseAuthorization(authorization);
  return credentials === undefined
    ? refuse('malformed_credentials', 'the Authorization header is not "<scheme> <credentials>"')
    : checkAll(schemes, credentials);
}

/** The 401 for a refused request: one challenge for each scheme accepted. */
export function unauthorized(schemes: readonly AuthScheme[]): Response {
  const headers = new Headers({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  for (const challenge of new Set(schemes.map((scheme) => scheme.challenge))) {
    headers.append('www-authenticate', challenge);
  }
  return new Response('Unauthorized\n', { status: 401, headers });
}

/** Lets a request through when one of `schemes` accepts it. */
export function requireAuth(schemes: readonly AuthScheme[]): Middleware {
  return (next) => async (request, client) => {
    const result = await authenticate(request.headers.get('authorization'), schemes);
    return result.ok ? next(request, client) : unauthorized(schemes);
  };
}
