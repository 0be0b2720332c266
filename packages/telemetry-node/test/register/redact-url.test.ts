import { expect, test } from '@jest/globals';
import { redactUrl, URL_REDACTION } from '../../src/register/redact-url.ts';

const KEY = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c';
const UUID = '3f2b8c1e-9a4d-4e6f-8b7a-0c1d2e3f4a5b';

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
  ['https://h/a?token=hunter2=&api_key=hunter2&q=x', 'https://h/a?token=REDACTED&api_key=REDACTED&q=x'],
  ['https://h/a?access%5Ftoken=hunter2&%=x', 'https://h/a?access%5Ftoken=REDACTED&%=x'],
  ['https://h/a?keyword=x&author=y&debug', 'https://h/a?keyword=x&author=y&debug'],
  [`https://h/a?${KEY}`, 'https://h/a?REDACTED'],
  [`https://h/s/${KEY}/mcp`, 'https://h/s/REDACTED/mcp'],
  [`https://h/shots/${UUID}/frames/0042`, `https://h/shots/${UUID}/frames/0042`],
  ['no url', 'no url'],
])('%s stands in a span as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});

test.each([
  ['url.full', 'http://h/x?token=hunter2', 'http://h/x?token=REDACTED'],
  ['http.url', 'http://h/x?token=hunter2', 'http://h/x?token=REDACTED'],
  ['url.query', 'token=hunter2&k=v', 'token=REDACTED&k=v'],
  ['http.target', '/x?token=hunter2', '/x?token=REDACTED'],
  ['url.path', `/orders/${KEY}`, `/orders/${KEY}`],
  ['other', 'token=hunter2', 'token=hunter2'],
])('of %s the value %s leaves as %s', (key, value, shown) => {
  expect(URL_REDACTION.attribute(key, value)).toBe(shown);
});
