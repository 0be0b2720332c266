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
  ])('leaves %j as it is', (text) => {
    expect(redactText(text)).toBe(text);
  });
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
