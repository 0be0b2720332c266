import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { HTTP_REFERENCE, toHttpReference } from './http-reference.ts';

test('docs/reference/http.md says what the gateway serves', () => {
  expect(readFileSync(HTTP_REFERENCE, 'utf8')).toBe(toHttpReference());
});
