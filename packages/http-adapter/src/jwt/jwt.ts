import { METRICS_REALM, type AuthScheme } from '../auth/auth.ts';
import { createJwtVerifier, type JwtVerifierOptions } from './jwt-verifier.ts';

export { JWT_ALGORITHMS, type JwtAlgorithm } from './jwt-key.ts';
export { createToken, verifyToken, type CreatedToken, type TokenOptions } from './jwt-token.ts';
export {
  createJwtVerifier,
  type JwtVerifier,
  type JwtVerifierOptions,
  type TokenFailureCode,
  type TokenResult,
} from './jwt-verifier.ts';

/**
 * Bearer authentication by JSON Web Token, for `requireAuth`.
 *
 * @throws {TypeError} As `createJwtVerifier` does.
 */
export function jwtAuth(options: JwtVerifierOptions, realm: string = METRICS_REALM): AuthScheme {
  const verifier = createJwtVerifier(options);
  return {
    scheme: 'bearer',
    challenge: `Bearer realm="${realm}"`,
    async check(value) {
      const result = await verifier.verify(value);
      if (!result.ok) {
        return { ok: false, code: 'invalid_token', message: result.message };
      }
      const { subject } = result;
      return { ok: true, identity: { scheme: 'jwt', ...(subject !== undefined && { subject }) } };
    },
  };
}
