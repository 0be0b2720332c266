// JSON Web Tokens, and where the key of some of them is published.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

export const SECRET = 'a secret of at least thirty-two bytes';

const base64 = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A token of HS256 for {@link SECRET}. */
export function signed(claims: object = { sub: 'scraper' }): string {
  const text = `${base64({ alg: 'HS256' })}.${base64(claims)}`;
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
}

/** A key that publishes itself, and a token of it. */
export const PUBLISHED = (() => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    keys: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA', use: 'sig' }] }),
    token: (claims: object): string => {
      const text = `${base64({ alg: 'EdDSA', kid: 'k' })}.${base64(claims)}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    },
  };
})();
