import { isSecretKey, isSensitiveKey, redactText } from '@dcc-mcp/bounds/redaction';
import { describe, expect, test } from '@jest/globals';

describe('redactText', () => {
  test.each([
    ['Bearer abcdef123456', '[redacted]'],
    ['Basic dXNlcjpwYXNzd29yZA==', '[redacted]'],
    ['use sk-proj-abcdefghijkl now', 'use [redacted] now'],
    ['sk_live_4eC39HqLyjWDarjtT1zdp7dc', '[redacted]'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['password = hunter2', '[redacted]'],
    ['Authorization: Bearer abcdef123456', '[redacted]'],
    ['password: "two words"', '[redacted]'],
    ['{"api_key":"k-123"}', '{"[redacted]}'],
    ['https://joe:pw@example.com/x', 'https[redacted]example.com/x'],
    ['mail jane@example.com', 'mail [redacted]'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----', '[redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,0\n\nMII\n-----END RSA PRIVATE KEY-----!', '[redacted]!'],
    ['-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQOY\n-----END PGP PRIVATE KEY BLOCK-----!', '[redacted]!'],
    ['Authorization: Token abcdef123456', '[redacted]'],
    ['Cookie: sid=abcdef; other=uvwxyz\nHost: a', '[redacted]\nHost: a'],
    ['redis://:hunter2@cache:6379', 'redis[redacted]cache:6379'],
    ['mayapy --password hunter2 --port 1', 'mayapy [redacted] --port 1'],
    ['https://b/x?sig=abcdefgh12&w=1', 'https://b/x[redacted]&w=1'],
    ['AccountKey=abcdefgh==;Suffix=x', '[redacted];Suffix=x'],
    ['dbpass: hunter2', 'db[redacted]'],
    ['SMTP_PASS=hunter2', 'SMTP_[redacted]'],
    ['db_compass: hunter2', 'db_com[redacted]'],
    ['compassword: hunter2', 'com[redacted]'],
    ['x-vercel-protection-bypass: hunter2', 'x-vercel-protection-by[redacted]'],
    ['{"out":"{\\"password\\":\\"hunter2\\"}"}', '{"out":"{\\"[redacted]"}"}'],
    ['to\u212Aen=hunter2, cook\u0130e: a', 'to\u212Aen=hunter2, cook\u0130e: a'],
    ['\u{1F511}TOKEN=hunter2 \u7403 4111 1111 1111 1111', '\u{1F511}[redacted] \u7403 [redacted]'],
    ['123-45-6789', '[redacted]'],
  ])('replaces what is private in %j', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  test.each([
    'npm_install_package',
    'hf_upload_model_card',
    'a basic lighting rig',
    'pk_something_with_a_long_name',
    'maya.a1b2c3d4.create_sphere',
    '@scope/server@1.2.3',
    '0af76519-16cd-43dd-8448-eb211c80319c',
    'bd717b467075:31:batch-4',
    '2026-11-21T09:30:00Z',
    'tokens used: see report',
    'gateway token create --help',
    'mayapy --token --verbose',
    'compass: north',
    'a Trespass = three points',
    '{"underpass":"closed"}',
  ])('leaves %j as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

/** One text for each beginning of what is private. */
const OF_EACH_FORM = [
  '-----BEGIN PRIVATE KEY-----',
  'bearer abcdef123456',
  'basic dXNlcjpwYXNzd29yZA==',
  'eyJhbGciOi.eyJzdWIiOi',
  'sk-proj-abcdefghijkl',
  'sk_live_4eC39HqLyj',
  'sk_test_4eC39HqLyj',
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map((kind) => `${kind}_${'a1'.repeat(12)}`),
  ...['github_pat_', 'glpat-', 'npm_', 'hf_', 'dop_v1_', 'pypi-'].map((kind) => `${kind}${'a1'.repeat(16)}`),
  'xoxb-123456789012',
  'AKIAIOSFODNN7EXAMPLE',
  'ASIAIOSFODNN7EXAMPLE',
  `AIza${'a1'.repeat(16)}`,
  'https://joe:pw@x',
  'authorization: Token abcdef',
  'cookie: sid=abcdef',
  ...['--pass', '--token', '--secret', '--api-key'].map((option) => `${option} hunter2`),
  '?sig=abcdefgh12',
  '&signature=abcdefgh12',
  ...['password', 'pwd', 'secret', 'token', 'access_key', 'credential'].map((name) => `${name}=hunter2`),
  'jane@example.com',
  '123-45-6789',
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
];

test.each(OF_EACH_FORM)('a first look passes over nothing in which the rules find %j', (form) => {
  const texts = ['', 'a', 'K', '7', '-', ' ', '_', ':', '(', '\n', '\u7403', '\u212A', '--', '1 ', '2-'].flatMap(
    (before) => [form, form.toLowerCase(), form.toUpperCase()].map((text) => before + text),
  );
  // An at sign is always worth the rules, and ends nothing.
  expect(texts.map((text) => `@\n${redactText(text)}`)).toEqual(texts.map((text) => redactText(`@\n${text}`)));
  expect(texts.some((text) => redactText(text) !== text)).toBe(true);
});

describe('sensitive keys', () => {
  test('are known in any spelling', () => {
    const keys = ['apiKey', 'API-KEY', 'x_access_token', 'Set-Cookie', 'db.password', 'clientSecret', 'Authorization'];
    expect(keys.filter((key) => !isSecretKey(key))).toEqual([]);
    const more = [
      'email',
      'userEmail',
      'prompt',
      'system_prompts',
      'messages',
      'reply',
      'chain-of-thought',
      'hiddenCOT',
    ];
    expect(more.filter((key) => !isSensitiveKey(key))).toEqual([]);
  });

  test('are not words of a scene', () => {
    expect(['shot', 'content', 'frame_range', 'notes', 'author'].filter(isSensitiveKey)).toEqual([]);
  });
});
