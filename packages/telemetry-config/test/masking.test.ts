// What of an address people may see: enough to know the server, nothing that opens it.
import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readTelemetryConfig } from '../src/index.ts';
import { looksLikeKey, looksLikeKeyOrUuid, maskUrl, SECRET_NAME } from '../src/settings.ts';
import { ENDPOINT } from './telemetry-fixture.ts';

const UUID = '3f2b8c1e-9a4d-4e6f-8b7a-0c1d2e3f4a5b';

describe('looksLikeKey', () => {
  test.each([
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c',
    'sk-proj-a8Kd02lqPz71vNx3',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'JBSWY3DPEHPK3PXP',
    'cjld2cjxh0000qzrmn831i7rn',
    'bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw',
    '12345678901234567890',
    'qwjkzvbxnmplkjhgfdsaqwertyuiopzx',
  ])('%s is one', (text) => {
    expect(looksLikeKey(text)).toBe(true);
  });

  test.each([
    'mcp',
    'v1alpha1',
    'houdini20.5-py311',
    '2025-11-25',
    '20251125120000',
    'my-long-named-production-server',
    'ModelContextProtocolServer',
    'getMyListOfAllTools',
    '@modelcontextprotocol',
    'x86_64',
    'k8s-eu1-prod2',
    'claude-sonnet-4-5-20250929',
    '%E4%BD%A0%E5%A5%BD',
    '',
  ])('"%s" is none', (text) => {
    expect(looksLikeKeyOrUuid(text)).toBe(false);
  });

  test('a UUID is one in the address of an MCP server alone', () => {
    expect([looksLikeKey(UUID), looksLikeKeyOrUuid(UUID)]).toEqual([false, true]);
  });

  test('finds 99 of 100 keys of 24 random bytes, however they are written', () => {
    const keys = Array.from({ length: 500 }, (_, seed) =>
      createHash('sha256').update(String(seed)).digest().subarray(8),
    ).flatMap((bytes) => [bytes.toString('hex'), bytes.toString('base64url')]);
    expect(keys.filter((key) => !looksLikeKey(key)).length).toBeLessThan(keys.length / 100);
  });
});

test.each([
  ['https://u:p@h/mcp?k=v&l=w#top', 'https://***@h/mcp?k=***&l=***#***'],
  ['https://h/s/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c/mcp', 'https://h/s/***/mcp'],
  ['https://h/mcp#SECRETFRAG', 'https://h/mcp#***'],
  ['https://h/mcp?SECRETQUERY', 'https://h/mcp?***'],
  ['https://h/mcp?c2VjcmV0IGtleTEy=', 'https://h/mcp?***'],
  ['https://h/mcp;v=hunter2/x=hunter2', 'https://h/mcp;v=***/x=***'],
  ['https://h/api/token/hunter2/mcp', 'https://h/api/token/***/mcp'],
  ['https://h/token/refresh', 'https://h/token/refresh'],
  [`https://login.example/${UUID}/v2.0`, `https://login.example/${UUID}/v2.0`],
  ['https://h.example:8443/houdini-20/v1alpha1/mcp', 'https://h.example:8443/houdini-20/v1alpha1/mcp'],
  ['https://h', 'https://h'],
  ['no URL at all', 'no URL at all'],
  ['from https://a/?k=v to https://u@b/#f', 'from https://a/?k=*** to https://***@b/#***'],
])('of %s people see %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown);
});

test.each([
  'h/s/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b/v1',
  'ws://h/s/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'http:/h/s/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'http://h:port/s/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'http://${HOST}/s/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
])('what is wrong with %s is said without the key', (endpoint) => {
  const { issues } = readTelemetryConfig({ [ENDPOINT]: endpoint });
  expect(issues.length).toBeGreaterThan(0);
  expect(JSON.stringify(issues)).not.toContain('9f86d081');
});

test.each(['API_KEY', 'X-Amz-Signature', 'sig', 'authorization', 'pass', 'passphrase', 'jwt', 'session_id'])(
  '%s is the name of a secret',
  (name) => {
    expect(SECRET_NAME.test(name)).toBe(true);
  },
);

test.each(['keyword', 'author', 'authors', 'design', 'compass', 'passage', 'keyframes'])(
  '%s is the name of none',
  (name) => {
    expect(SECRET_NAME.test(name)).toBe(false);
  },
);
