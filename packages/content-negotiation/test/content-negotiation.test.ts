import { describe, expect, test } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { acceptsEncoding, acceptsMediaType, parseAccept } from '../src/index.ts';

describe('parseAccept', () => {
  test('reads values, parameters and weights in order', () => {
    expect(parseAccept('Text/Plain; Version="1;0,0" ;q=0.5, */*;q=.2,gzip')).toEqual([
      { value: 'text/plain', parameters: new Map([['version', '1;0,0']]), weight: 0.5 },
      { value: '*', parameters: new Map(), weight: 0.2 },
      { value: 'gzip', parameters: new Map(), weight: 1 },
    ]);
  });

  test.each(['abc', '1.5', '-1', '', '0.5x', '1.001', 'NaN', '1e-1'])('leaves an entry of weight %p out', (q) => {
    expect(parseAccept(`a;q=${q},b`).map(({ value }) => value)).toEqual(['b']);
  });

  test.each([null, undefined, '', ' ', ',', ';q=1', ', ,'])('finds no entry in %p', (header) => {
    expect(parseAccept(header)).toEqual([]);
  });

  test('reads no more than 4,096 characters', () => {
    expect(parseAccept(`${'a,'.repeat(3_000)}b`)).toHaveLength(2_048);
  });
});

describe('acceptsEncoding', () => {
  test.each([
    ['gzip', true],
    ['x-gzip', true],
    ['deflate, GZIP;q=0.1', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['identity', false],
    ['gzip;q=0.5, identity', false],
    ['gzip;q=0.5, identity;q=0.5', true],
    ['identity;q=0', false],
    ['identity;q=0, *', true],
    ['*', true],
    ['*;q=0', false],
    ['gzip;q=0, *', false],
    ['br;q=1.0, *;q=0.5', true],
    ['gzip;q=abc', false],
    ['gzip;q=1.5', false],
    ['gzip;q=abc, *', true],
    ['', false],
    [null, false],
    [undefined, false],
  ])('reads %p as %p for gzip', (header, expected) => {
    expect(acceptsEncoding(header, 'gzip')).toBe(expected);
  });
});

describe('acceptsMediaType', () => {
  test.each([
    ['text/event-stream', true],
    ['application/json, Text/Event-Stream; charset=utf-8', true],
    ['text/*', true],
    ['*/*', true],
    ['*', true],
    ['application/json', false],
    ['text/event-streams', false],
    ['text/event-stream;q=0', false],
    ['text/event-stream;q=0, */*', false],
    ['text/*;q=0, text/event-stream', true],
    ['application/json, text/event-stream;q=abc', false],
    ['text/event-stream;q=abc', true],
    ['', true],
    [undefined, true],
  ])('reads %p as %p for an event stream', (header, expected) => {
    expect(acceptsMediaType(header, 'text/event-stream')).toBe(expected);
  });
});

test('no header value throws or takes long', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 8_192 }), (text) => {
      expect(typeof acceptsEncoding(text, 'gzip')).toBe('boolean');
      expect(typeof acceptsMediaType(text, 'text/plain')).toBe('boolean');
    }),
  );
  const startedAt = performance.now();
  ['"', '\\"', ';q=', ',"', '";', ' ;'].forEach((text) => parseAccept(text.repeat(4_096)));
  expect(performance.now() - startedAt).toBeLessThan(500);
});
