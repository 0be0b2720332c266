import { SignJWT } from 'jose';
import { importSigningKey, type JwtAlgorithm } from './jwt-key.ts';
import { createJwtVerifier, type JwtVerifierOptions, type TokenResult } from './jwt-verifier.ts';

/** What a token says and how it is signed. */
export interface TokenOptions {
  /** Becomes `sub`. */
  readonly username: string;
  /** Minutes from now; 0 makes a token that never expires. */
  readonly expiresInMinutes: number;
  /** A shared secret for HS256, else a private key: PEM (PKCS #8) or JWK. */
  readonly secret: string;
  /** Default `HS256`. */
  readonly algorithm?: JwtAlgorithm;
  /** Becomes `aud`. */
  readonly audience?: string;
  /** Becomes `iss`. */
  readonly issuer?: string;
  /** Wall clock in milliseconds; default `Date.now`. */
  readonly now?: () => number;
}

/** A new token, or why there is none. */
export type CreatedToken =
  | { readonly ok: true; readonly token: string; readonly expiresAt?: Date }
  | { readonly ok: false; readonly code: 'invalid_options' | 'invalid_key'; readonly message: string };

function findFailure({ username, expiresInMinutes, secret }: TokenOptions): string | undefined {
  if (username === '') {
    return 'the user name is empty';
  }
  if (secret === '') {
    return 'the secret is empty';
  }
  return Number.isFinite(expiresInMinutes) && expiresInMinutes >= 0
    ? undefined
    : 'the expiry must be a number of minutes, 0 for a token that never expires';
}

/** Makes a token for a scraper or another client. Never throws; no message holds the secret. */
export async function createToken(options: TokenOptions): Promise<CreatedToken> {
  const { username, expiresInMinutes, secret, algorithm = 'HS256', audience, issuer, now = Date.now } = options;
  const failure = findFailure(options);
  if (failure !== undefined) {
    return { ok: false, code: 'invalid_options', message: failure };
  }
  const issuedAt = Math.floor(now() / 1000);
  const expiry = issuedAt + Math.round(expiresInMinutes * 60);
  const jwt = new SignJWT()
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setSubject(username)
    .setIssuedAt(issuedAt);
  if (expiresInMinutes > 0) {
    jwt.setExpirationTime(expiry);
  }
  if (audience !== undefined) {
    jwt.setAudience(audience);
  }
  if (issuer !== undefined) {
    jwt.setIssuer(issuer);
  }
  try {
    const token = await jwt.sign(await importSigningKey(secret, algorithm));
    return { ok: true, token, ...(expiresInMinutes > 0 && { expiresAt: new Date(expiry * 1000) }) };
  } catch {
    const message = `the secret is no key that can sign with ${algorithm}`;
    return { ok: false, code: 'invalid_key', message };
  }
}

/** Checks one token; see `createJwtVerifier` for many. @throws {TypeError} As `createJwtVerifier` does. */
export async function verifyToken(token: string, options: JwtVerifierOptions): Promise<TokenResult> {
  return createJwtVerifier(options).verify(token);
}
