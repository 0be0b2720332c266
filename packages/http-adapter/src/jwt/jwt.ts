import { METRICS_REALM, type AuthScheme } from '../auth/auth.ts';
import { createJwtVerifier, type JwtVerifier, type JwtVerifierOptions } from './jwt-verifier.ts';

export { JWT_ALGORITHMS, type JwtAlgorithm } from './jwt-key.ts';
export { createToken, verifyToken, type CreatedToken, type TokenOptions } from './jwt-token.ts';
export {
  createJwtVerifier,
  type JwtVerifier,
  type JwtVerifierOptions,
  type TokenFailureCode,
  type TokenResult,
} from './jwt-verifier.ts';

/** {@link AuthScheme} that checks tokens. */
export interface JwtAuthScheme extends AuthScheme, Pick<JwtVerifier, 'loadKeys'> {}

/**
 * Bearer authentication by JSON Web Token, for `requireAuth`.
 *
 * @throws {TypeError} As `createJwtVerifier` does.
 */
export function jwtAuth(options: JwtVerifierOptions, realm: string = METRICS_REALM): JwtAuthScheme {
  const verifier = createJwtVerifier(options);
  return {
    loadKeys: () => verifier.loadKeys(),
    scheme: 'bearer',
    challenge: `Bearer realm="${realm}"`,
    async check(value) {
      const result = await verifier.verify(value);
      if (!result.ok) {
        const code = result.code === 'key_unavailable' ? 'key_unavailable' : 'invalid_token';
        return { ok: false, code, message: result.message };
      }
      const { subject, claims } = result;
      return { ok: true, identity: { scheme: 'jwt', claims, ...(subject !== undefined && { subject }) } };
    },
  };
}
