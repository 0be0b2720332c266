import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { authenticate } from '../src/auth/auth.ts';
import { createJwtVerifier, createToken, jwtAuth, verifyToken, type JwtAlgorithm } from '../src/jwt/jwt.ts';

const secret = 'my-test-key-but-now-longer-than-32-bytes';
const now = (): number => Date.parse('2026-11-21T12:00:00Z');

async function token(overrides: Partial<Parameters<typeof createToken>[0]> = {}): Promise<string> {
  const created = await createToken({ username: 'prometheus', expiresInMinutes: 5, secret, now, ...overrides });
  if (!created.ok) {
    throw new Error(created.message);
  }
  return created.token;
}

describe('createToken', () => {
  test('makes a token that verifyToken accepts', async () => {
    expect(await verifyToken(await token(), { secret, now })).toMatchObject({
      ok: true,
      subject: 'prometheus',
      expiresAt: new Date('2026-11-21T12:05:00Z'),
    });
  });

  test('makes one that never expires with 0 minutes', async () => {
    const verdict = await verifyToken(await token({ expiresInMinutes: 0 }), { secret, now: () => now() + 1e12 });
    expect(verdict).toMatchObject({ ok: true });
    expect(verdict).not.toHaveProperty('expiresAt');
  });

  test.each([{ username: '' }, { secret: '' }, { expiresInMinutes: -1 }, { expiresInMinutes: Number.NaN }])(
    'refuses %p',
    async (bad) => {
      const created = await createToken({ username: 'u', expiresInMinutes: 0, secret, ...bad });
      expect(created).toMatchObject({ ok: false, code: 'invalid_options' });
    },
  );

  test('refuses a shared secret for RS256, without naming it', async () => {
    const created = await createToken({ username: 'u', expiresInMinutes: 0, secret, algorithm: 'RS256' });
    expect(created).toMatchObject({ ok: false, code: 'invalid_key' });
    expect(JSON.stringify(created)).not.toContain(secret);
  });
});

describe('verifyToken', () => {
  test.each([
    ['expired_token', { expiresInMinutes: 1 }, { now: () => now() + 61_000 }],
    ['wrong_audience', { audience: 'a' }, { audience: 'b' }],
    ['wrong_audience', {}, { audience: 'b' }],
    ['wrong_issuer', { issuer: 'a' }, { issuer: 'b' }],
    ['invalid_signature', {}, { secret: `${secret}!` }],
  ])('says %s for a token with %p checked with %p', async (code, made, checked) => {
    expect(await verifyToken(await token(made), { secret, now, ...checked })).toMatchObject({ ok: false, code });
  });

  test('checks aud and iss only when configured', async () => {
    expect(await verifyToken(await token({ audience: 'a', issuer: 'i' }), { secret, now })).toMatchObject({ ok: true });
  });

  test('refuses a token before its nbf', async () => {
    const early = await new SignJWT({ nbf: now() / 1000 + 60 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
    expect(await verifyToken(early, { secret, now })).toMatchObject({ ok: false, code: 'token_not_active' });
  });

  test("knows the user by ContextForge's claim", async () => {
    const theirs = await new SignJWT({ username: 'admin' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(secret));
    expect(await verifyToken(theirs, { secret, now })).toMatchObject({ ok: true, subject: 'admin' });
  });

  test.each(['', 'x', 'a.b.c', new UnsecuredJWT({ sub: 'x' }).encode()])('refuses %p', async (text) => {
    expect(await verifyToken(text, { secret, now })).toMatchObject({ ok: false });
  });

  test('refuses a key set and a secret at once, and neither', () => {
    expect(() => createJwtVerifier({})).toThrow('set secret or jwksUrl');
    expect(() => createJwtVerifier({ secret, jwksUrl: 'http://x/' })).toThrow('not both');
  });
});

describe.each<JwtAlgorithm>(['RS256', 'ES256', 'EdDSA'])('%s', (algorithm) => {
  let pair: { privateKey: CryptoKey; publicKey: CryptoKey };
  beforeAll(async () => {
    pair = await generateKeyPair(algorithm, { extractable: true });
  });

  test('signs with a PEM private key and verifies with the public one', async () => {
    const signed = await token({ algorithm, secret: await exportPKCS8(pair.privateKey) });
    expect(await verifyToken(signed, { secret: await exportSPKI(pair.publicKey), now })).toMatchObject({ ok: true });
  });

  test('verifies with the private key that signed', async () => {
    const pem = await exportPKCS8(pair.privateKey);
    expect(await verifyToken(await token({ algorithm, secret: pem }), { secret: pem, now })).toMatchObject({
      ok: true,
    });
  });

  test('takes keys as JWK', async () => {
    const signed = await token({ algorithm, secret: JSON.stringify(await exportJWK(pair.privateKey)) });
    const jwk = JSON.stringify(await exportJWK(pair.publicKey));
    expect(await verifyToken(signed, { secret: jwk, now })).toMatchObject({ ok: true });
  });

  test('never takes the public key for a shared secret', async () => {
    const pem = await exportSPKI(pair.publicKey);
    const forged = await new SignJWT({ sub: 'mallory' })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(pem));
    expect(await verifyToken(forged, { secret: pem, now })).toMatchObject({ ok: false, code: 'algorithm_not_allowed' });
  });
});

describe('a key set by URL', () => {
  let requests = 0;
  let isDown = false;
  let url = '';
  let signed = '';
  const server = createServer((_request, response) => {
    requests += 1;
    if (isDown) {
      response.writeHead(500).end();
    } else {
      response.writeHead(200, { 'content-type': 'application/json' }).end(keySet);
    }
  });
  let keySet = '';

  beforeAll(async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });
    signed = await new SignJWT({ sub: 'ci' }).setProtectedHeader({ alg: 'ES256', kid: 'k1' }).sign(privateKey);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/jwks.json`;
  });
  afterAll(() => {
    server.close();
  });

  test('is fetched once for many tokens', async () => {
    requests = 0;
    const verifier = createJwtVerifier({ jwksUrl: url });
    expect(await verifier.verify(signed)).toMatchObject({ ok: true, subject: 'ci' });
    await verifier.verify(signed);
    expect(requests).toBe(1);
  });

  test('is not fetched again at once for a key it does not have', async () => {
    requests = 0;
    const { privateKey } = await generateKeyPair('ES256');
    const unknown = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'k2' }).sign(privateKey);
    const verifier = createJwtVerifier({ jwksUrl: url });
    await verifier.verify(unknown);
    expect(await verifier.verify(unknown)).toMatchObject({ ok: false, code: 'unknown_key' });
    expect(requests).toBe(1);
  });

  test('that does not answer is asked once in five seconds, and asked again after', async () => {
    isDown = true;
    requests = 0;
    let clock = 0;
    const verifier = createJwtVerifier({ jwksUrl: url, now: () => clock });
    await verifier.verify(signed);
    expect(await verifier.verify(signed)).toMatchObject({ ok: false, code: 'key_unavailable' });
    expect(requests).toBe(1);
    isDown = false;
    clock = 5001;
    expect(await verifier.verify(signed)).toMatchObject({ ok: true });
  });
});

describe('jwtAuth', () => {
  test('lets a bearer of a valid token in', async () => {
    expect(await authenticate(`Bearer ${await token()}`, [jwtAuth({ secret, now })])).toEqual({
      ok: true,
      identity: { scheme: 'jwt', subject: 'prometheus', claims: expect.objectContaining({ sub: 'prometheus' }) },
    });
  });

  test('takes a changed secret without a restart', async () => {
    let current = secret;
    const scheme = jwtAuth({ secret: () => current, now });
    const old = await token();
    current = 'another-secret-that-is-long-enough-too';
    expect(await authenticate(`Bearer ${old}`, [scheme])).toMatchObject({ ok: false, code: 'invalid_token' });
    expect(await authenticate(`Bearer ${await token({ secret: current })}`, [scheme])).toMatchObject({ ok: true });
  });
});

describe('onKeys', () => {
  test('hears that keys can not be had, why, and that they are there again; a kept key says nothing', async () => {
    const told: (string | undefined)[] = [];
    let isDown = true;
    const server = createServer((_request, response) => {
      response.writeHead(isDown ? 500 : 200, { 'content-type': 'application/json' }).end('{"keys":[]}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    let at = 0;
    const verifier = createJwtVerifier({
      jwksUrl: `http://127.0.0.1:${port}/jwks`,
      now: () => at,
      onKeys: (failure) => told.push(failure),
    });
    await verifier.loadKeys();
    await verifier.loadKeys();
    isDown = false;
    at = 10_000;
    await verifier.loadKeys();
    server.close();
    expect(told).toEqual([
      expect.stringContaining('200'),
      'the issuer answered with HTTP 500, a moment ago',
      undefined,
    ]);
  });
});
