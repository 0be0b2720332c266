/** Bytes that an HMAC key needs at least: as many as the hash has (RFC 7518, 3.2). */
const LEAST_BYTES = 32;

/** Says that a shared secret is shorter than HS256 wants; nothing for other kinds of keys. */
export function shortSecretWarning(secret: string, algorithm: string): string | undefined {
  const bytes = algorithm === 'HS256' ? byteLengthOf(secret) : LEAST_BYTES;
  return bytes < LEAST_BYTES
    ? `warning: the secret has ${bytes} bytes, and ${algorithm} wants at least ${LEAST_BYTES} (RFC 7518): whoever has a token can try secrets until one fits; make one with: openssl rand -base64 ${LEAST_BYTES}`
    : undefined;
}

/** Of a JWK, the key in it. */
function byteLengthOf(secret: string): number {
  const encoded = /"k"\s*:\s*"([\w-]+)"/.exec(secret.trimStart().startsWith('{') ? secret : '')?.[1];
  return encoded === undefined ? Buffer.byteLength(secret) : Buffer.from(encoded, 'base64url').length;
}
