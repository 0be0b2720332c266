import { expect, test } from '@jest/globals';
import { redactUrl } from '../../src/register/redact-url.ts';

test.each([
  ['http://h/a?k=v#f', 'http://h/a?k=v#f'],
  ['http://user:hunter2@h/', 'http://REDACTED:REDACTED@h/'],
  ['http://user@h/', 'http://REDACTED@h/'],
  ['https://h/a?sig=hunter2&k=v', 'https://h/a?sig=REDACTED&k=v'],
  [
    'https://h/a?k=v&X-Amz-Signature=hunter2&X-Amz-Credential=hunter2',
    'https://h/a?k=v&X-Amz-Signature=REDACTED&X-Amz-Credential=REDACTED',
  ],
  ['https://h/a?design=x&sig=', 'https://h/a?design=x&sig='],
])('%s stands in a span as %s', (url, shown) => {
  expect(redactUrl(new URL(url))).toBe(shown);
});
