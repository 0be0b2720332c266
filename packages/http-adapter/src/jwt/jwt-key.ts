import { exportJWK, importJWK, importPKCS8, importSPKI, importX509, type CryptoKey, type JWK } from 'jose';

/** Signature algorithms accepted and produced (RFC 7518, RFC 8037). */
export type JwtAlgorithm = 'HS256' | 'RS256' | 'ES256' | 'EdDSA';

/** All {@link JwtAlgorithm}s. */
export const JWT_ALGORITHMS: readonly JwtAlgorithm[] = ['HS256', 'RS256', 'ES256', 'EdDSA'];

const ASYMMETRIC: readonly JwtAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];

function isJwk(value: unknown): value is JWK {
  return typeof value === 'object' && value !== null && 'kty' in value && typeof value.kty === 'string';
}

function parseJwk(text: string): JWK | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJwk(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isPem = (text: string): boolean => text.trimStart().startsWith('-----BEGIN ');

/**
 * The algorithms that a key text can be used with. A PEM block or an asymmetric JWK is never good for HS256: otherwise
 * a token signed with the public key as shared secret would pass.
 */
export function toAlgorithms(keyText: string): readonly JwtAlgorithm[] {
  if (isPem(keyText)) {
    return ASYMMETRIC;
  }
  const jwk = parseJwk(keyText);
  return jwk === undefined || jwk.kty === 'oct' ? ['HS256'] : ASYMMETRIC;
}

async function importPem(pem: string, algorithm: JwtAlgorithm): Promise<CryptoKey> {
  if (pem.includes('PRIVATE KEY-----')) {
    return importPKCS8(pem, algorithm, { extractable: true });
  }
  return pem.includes('CERTIFICATE-----') ? importX509(pem, algorithm) : importSPKI(pem, algorithm);
}

/** Reads a key text: a shared secret as it stands, a PEM block (PKCS #8, SPKI, X.509) or a JWK. Throws when it can't be. */
async function importKey(keyText: string, algorithm: JwtAlgorithm): Promise<CryptoKey | Uint8Array> {
  if (keyText === '') {
    throw new TypeError('the key is empty');
  }
  if (!toAlgorithms(keyText).includes(algorithm)) {
    throw new TypeError(`${algorithm} needs another kind of key`);
  }
  if (isPem(keyText)) {
    return importPem(keyText.trim(), algorithm);
  }
  const jwk = parseJwk(keyText);
  return jwk === undefined ? new TextEncoder().encode(keyText) : importJWK(jwk, algorithm, { extractable: true });
}

/** The key to sign with. @throws When the text is no key for the algorithm. */
export const importSigningKey: (keyText: string, algorithm: JwtAlgorithm) => Promise<CryptoKey | Uint8Array> =
  importKey;

/** The key to verify with; of a private key, its public half. @throws When the text is no key for the algorithm. */
export async function importVerificationKey(keyText: string, algorithm: JwtAlgorithm): Promise<CryptoKey | Uint8Array> {
  const key = await importKey(keyText, algorithm);
  if (key instanceof Uint8Array || key.type !== 'private') {
    return key;
  }
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, key_ops: _ops, ...publicHalf } = await exportJWK(key);
  return importJWK(publicHalf, algorithm);
}
