import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';
import { importVerificationKey, JWT_ALGORITHMS, toAlgorithms, type JwtAlgorithm } from './jwt-key.ts';

/** What tokens are checked against: one of `secret` and `jwksUrl`, and whatever else is set. */
export interface JwtVerifierOptions {
  /**
   * A shared secret (HS256), a PEM public key or certificate, or a JWK (RS256, ES256, EdDSA). A function is asked at each
   * token, so that a key in a file can change.
   */
  readonly secret?: string | (() => string);
  /** Keys by `kid` from an issuer: cached 10 minutes, asked again at most every 30 seconds for a key it did not have. */
  readonly jwksUrl?: string;
  /** Narrows the algorithms that the key allows. */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** Checked only when set. */
  readonly audience?: string | readonly string[];
  /** Checked only when set. */
  readonly issuer?: string | readonly string[];
  /** How far clocks may differ for `exp` and `nbf`; default 0. */
  readonly clockToleranceSeconds?: number;
  /** Wall clock in milliseconds; default `Date.now`. */
  readonly now?: () => number;
  /**
   * Told after each fetch of the keys of `jwksUrl`: why it failed, `undefined` when it did not. The reason names no token
   * and no key.
   */
  readonly onKeys?: (failure: string | undefined) => void;
}

/** Why a token was refused. */
export type TokenFailureCode =
  | 'malformed_token'
  | 'invalid_signature'
  | 'algorithm_not_allowed'
  | 'expired_token'
  | 'token_not_active'
  | 'wrong_audience'
  | 'wrong_issuer'
  | 'unknown_key'
  | 'invalid_claims'
  | 'key_unavailable';

/** The verdict on one token. */
export type TokenResult =
  | {
      readonly ok: true;
      /** `sub`, or `username` as ContextForge writes it. */
      readonly subject?: string;
      /** Absent for a token that never expires. */
      readonly expiresAt?: Date;
      readonly claims: Readonly<Record<string, unknown>>;
    }
  | { readonly ok: false; readonly code: TokenFailureCode; readonly message: string };

/** Checks tokens. */
export interface JwtVerifier {
  /** Never throws; the message names neither token nor key. */
  verify(token: string): Promise<TokenResult>;
  /** Fetches the keys of `jwksUrl` before the first token needs them; `onKeys` hears how that went. Never rejects. */
  loadKeys(): Promise<void>;
}

const FETCH_RETRY_MILLIS = 5000;

function refuse(code: TokenFailureCode, message: string): TokenResult {
  return { ok: false, code, message };
}

const CLAIM_FAILURES: Readonly<Record<string, TokenResult>> = {
  aud: refuse('wrong_audience', 'the token is for another audience'),
  iss: refuse('wrong_issuer', 'the token is from another issuer'),
  nbf: refuse('token_not_active', 'the token is not valid yet'),
};

function toFailure(error: unknown): TokenResult {
  if (error instanceof errors.JWTExpired) {
    return refuse('expired_token', 'the token has expired');
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return CLAIM_FAILURES[error.claim] ?? refuse('invalid_claims', `the claim "${error.claim}" is not valid`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return refuse('invalid_signature', 'the signature does not fit the key');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return refuse('algorithm_not_allowed', 'the key is not for the algorithm of the token');
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return refuse('unknown_key', 'the issuer has no key for this token');
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) {
    return refuse('malformed_token', 'this is no JSON Web Token');
  }
  return refuse('key_unavailable', 'the key to check the token with could not be had');
}

/** Asks a dead issuer at most every five seconds, however many tokens arrive. */
function createPatientFetch(now: () => number, onFetched: () => void): typeof fetch {
  let failedAt = Number.NEGATIVE_INFINITY;
  let why = '';
  return async (input, init) => {
    if (now() - failedAt < FETCH_RETRY_MILLIS) {
      throw new TypeError(`${why}, a moment ago`);
    }
    try {
      const response = await fetch(input, init);
      failedAt = response.ok ? Number.NEGATIVE_INFINITY : now();
      if (response.ok) {
        onFetched();
      } else {
        why = `the issuer answered with HTTP ${response.status}`;
      }
      return response;
    } catch (error) {
      failedAt = now();
      why = reasonOf(error);
      throw error;
    }
  };
}

function isAlgorithm(value: string | undefined): value is JwtAlgorithm {
  return JWT_ALGORITHMS.some((algorithm) => algorithm === value);
}

/** Reads a key text again only when it has changed. */
function createKeyReader(secret: string | (() => string)): JWTVerifyGetKey {
  const read = typeof secret === 'function' ? secret : () => secret;
  const imported = new Map<string, Promise<CryptoKey | Uint8Array>>();
  let current: string | undefined;
  return async ({ alg }) => {
    const text = read();
    if (text !== current) {
      imported.clear();
    }
    current = text;
    if (!isAlgorithm(alg) || !toAlgorithms(text).includes(alg)) {
      throw new errors.JOSEAlgNotAllowed('alg');
    }
    const key = imported.get(alg) ?? importVerificationKey(text, alg);
    imported.set(alg, key);
    return key;
  };
}

interface KeySource {
  readonly find: JWTVerifyGetKey;
  /** Absent where nothing is fetched. */
  readonly load?: () => Promise<void>;
  /** Whether keys were fetched since it was asked last. */
  readonly hasFetched: () => boolean;
}

function createKeySource({ secret, jwksUrl, now = Date.now }: JwtVerifierOptions): KeySource {
  if (secret !== undefined && jwksUrl !== undefined) {
    throw new TypeError('set secret or jwksUrl, not both');
  }
  if (secret !== undefined) {
    return { find: createKeyReader(secret), hasFetched: () => false };
  }
  if (jwksUrl === undefined) {
    throw new TypeError('set secret or jwksUrl');
  }
  let isFresh = false;
  const fetchKeys = createPatientFetch(now, () => (isFresh = true));
  const keys = createRemoteJWKSet(new URL(jwksUrl), { [customFetch]: fetchKeys });
  const hasFetched = (): boolean => {
    const was = isFresh;
    isFresh = false;
    return was;
  };
  return { find: keys, load: () => keys.reload(), hasFetched };
}

/** Tells of each fetch of the keys; that the set has no such key is an answer, too. A key that is kept says nothing. */
function watched({ find, hasFetched }: KeySource, onKeys: NonNullable<JwtVerifierOptions['onKeys']>): JWTVerifyGetKey {
  return async (...asked) => {
    try {
      const key = await find(...asked);
      if (hasFetched()) {
        onKeys(undefined);
      }
      return key;
    } catch (error) {
      if (isKeyFailure(error)) {
        onKeys(reasonOf(error));
      } else if (hasFetched()) {
        onKeys(undefined);
      }
      throw error;
    }
  };
}

/** What `toFailure` calls `key_unavailable`. */
function isKeyFailure(error: unknown): boolean {
  const failure = toFailure(error);
  return !failure.ok && failure.code === 'key_unavailable';
}

const MAX_REASON_LENGTH = 200;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown';
  }
  const { cause } = error;
  const words = cause instanceof Error && cause.message !== '' ? `${error.message}: ${cause.message}` : error.message;
  return words.slice(0, MAX_REASON_LENGTH);
}

function toVerifyOptions(options: JwtVerifierOptions): JWTVerifyOptions {
  const { algorithms, audience, issuer, clockToleranceSeconds, now, jwksUrl } = options;
  // A published key set is public: nothing signed with a shared secret can come from it.
  const allowed = algorithms ?? JWT_ALGORITHMS.filter((name) => jwksUrl === undefined || name !== 'HS256');
  return {
    algorithms: [...allowed],
    ...(audience !== undefined && { audience: typeof audience === 'string' ? audience : [...audience] }),
    ...(issuer !== undefined && { issuer: typeof issuer === 'string' ? issuer : [...issuer] }),
    ...(clockToleranceSeconds !== undefined && { clockTolerance: clockToleranceSeconds }),
    ...(now !== undefined && { currentDate: new Date(now()) }),
  };
}

function toSuccess(payload: JWTPayload): TokenResult {
  const subject = payload.sub ?? payload['username'];
  return {
    ok: true,
    ...(typeof subject === 'string' && { subject }),
    ...(payload.exp !== undefined && { expiresAt: new Date(payload.exp * 1000) }),
    claims: payload,
  };
}

/**
 * Checks JSON Web Tokens: signature, `exp` and `nbf` where present, `aud` and `iss` where configured. A token without
 * `exp` is valid.
 *
 * @throws {TypeError} When neither or both of `secret` and `jwksUrl` are set, or `jwksUrl` is no URL.
 */
export function createJwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  const source = createKeySource(options);
  const { onKeys } = options;
  const findKey = onKeys === undefined ? source.find : watched(source, onKeys);
  return {
    async loadKeys() {
      try {
        await source.load?.();
        onKeys?.(undefined);
      } catch (error) {
        onKeys?.(reasonOf(error));
      }
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, findKey, toVerifyOptions(options));
        return toSuccess(payload);
      } catch (error) {
        return toFailure(error);
      }
    },
  };
}
