import { describe, expect, test } from '@jest/globals';
import {
  authenticate,
  basicAuth,
  bearerAuth,
  parseBasicCredentials,
  requireAuth,
  unauthorized,
  type AuthScheme,
} from '../src/auth/auth.ts';

const basic = basicAuth({ username: 'scraper', password: 'change:me' });
const bearer = bearerAuth(['one', 'two']);
const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

const guarded = (...schemes: AuthScheme[]) => requireAuth(schemes)(async () => new Response('let in'));

async function status(schemes: AuthScheme[], authorization?: string): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await guarded(...schemes)(new Request('http://gateway/metrics', { headers }), {});
  return response.status;
}

describe('basicAuth', () => {
  test('lets the right user in', async () => {
    expect(await authenticate(`Basic ${encode('scraper:change:me')}`, [basic])).toEqual({
      ok: true,
      identity: { scheme: 'basic', subject: 'scraper' },
    });
  });

  test.each(['BASIC', 'basic', 'bAsIc'])('takes the scheme as %s', async (word) => {
    expect(await status([basic], `${word} ${encode('scraper:change:me')}`)).toBe(200);
  });

  test.each(['scraper:change', 'scraper:change:me!', 'Scraper:change:me', ':', 'scraper', ''])(
    'refuses %p',
    async (text) => {
      expect(await status([basic], `Basic ${encode(text)}`)).toBe(401);
    },
  );

  test('takes user names and passwords beyond ASCII as UTF-8', async () => {
    const scheme = basicAuth({ username: 'jürgen', password: 'пароль' });
    expect(await status([scheme], `Basic ${encode('jürgen:пароль')}`)).toBe(200);
  });

  test('says that credentials are not base64', async () => {
    expect(await authenticate('Basic %%%', [basic])).toMatchObject({ ok: false, code: 'malformed_credentials' });
  });

  test('never matches an empty password', async () => {
    expect(await status([basicAuth({ username: 'scraper', password: '' })], `Basic ${encode('scraper:')}`)).toBe(401);
  });

  test('asks for the password anew at each request', async () => {
    let password = 'old';
    const scheme = basicAuth(() => ({ username: 'scraper', password }));
    password = 'new';
    expect(await status([scheme], `Basic ${encode('scraper:old')}`)).toBe(401);
    expect(await status([scheme], `Basic ${encode('scraper:new')}`)).toBe(200);
  });

  test('refuses a user name with a colon at construction', () => {
    expect(() => basicAuth({ username: 'a:b', password: 'c' })).toThrow('must not hold a colon');
  });
});

describe('bearerAuth', () => {
  test.each(['one', 'two'])('lets the token %s in', async (token) => {
    expect(await status([bearer], `Bearer ${token}`)).toBe(200);
  });

  test.each(['three', 'on', 'onee'])('refuses the token %s', async (token) => {
    expect(await status([bearer], `Bearer ${token}`)).toBe(401);
  });

  test('never matches an empty token', async () => {
    expect(await bearerAuth(['']).check('')).toMatchObject({ ok: false });
  });

  test('asks for the tokens anew at each request', async () => {
    let tokens = ['old'];
    const scheme = bearerAuth(() => tokens);
    tokens = ['new'];
    expect(await status([scheme], 'Bearer new')).toBe(200);
  });
});

describe('authenticate', () => {
  test.each([
    [null, 'missing_credentials'],
    ['Basic', 'malformed_credentials'],
    ['Digest username="x"', 'unsupported_scheme'],
    ['Bearer nope', 'invalid_credentials'],
  ])('answers %p with %s', async (header, code) => {
    expect(await authenticate(header, [basic, bearer])).toMatchObject({ ok: false, code });
  });

  test('accepts each of several schemes', async () => {
    expect(await status([basic, bearer], `Basic ${encode('scraper:change:me')}`)).toBe(200);
    expect(await status([basic, bearer], 'Bearer two')).toBe(200);
  });

  test('lets nobody in without a scheme', async () => {
    expect(await status([], 'Bearer one')).toBe(401);
  });

  test('names no secret in its message', async () => {
    const result = await authenticate('Bearer very-secret', [bearer]);
    expect(JSON.stringify(result)).not.toContain('very-secret');
  });
});

describe('unauthorized', () => {
  test("is seed 000's 401", async () => {
    const response = unauthorized([basic]);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="dcc-mcp metrics", charset="UTF-8"');
    expect(await response.text()).toBe('Unauthorized\n');
  });

  test('has one challenge for each scheme', () => {
    expect(unauthorized([basic, bearer, bearerAuth('other')]).headers.get('www-authenticate')).toBe(
      'Basic realm="dcc-mcp metrics", charset="UTF-8", Bearer realm="dcc-mcp metrics"',
    );
  });
});

describe('parseBasicCredentials', () => {
  test('splits at the first colon', () => {
    expect(parseBasicCredentials('user:pass:word')).toEqual({ username: 'user', password: 'pass:word' });
  });

  test.each(['nocolon', ':password', ''])('gives nothing for %p', (text) => {
    expect(parseBasicCredentials(text)).toBeUndefined();
  });
});
