import { describe, expect, test } from '@jest/globals';
import { truncateUtf8 } from '../src/index.ts';

const bytes = (text: string): number => new TextEncoder().encode(text).length;

describe('truncateUtf8', () => {
  test('keeps a text that fits exactly', () => {
    expect(truncateUtf8('äöü', 6)).toEqual({ text: 'äöü', isTruncated: false });
  });

  test('cuts at max - 1 before the code point that does not fit', () => {
    expect(truncateUtf8('äöü', 5)).toEqual({ text: 'äö', isTruncated: true });
  });

  test('keeps everything at max + 1', () => {
    expect(truncateUtf8('äöü', 7)).toEqual({ text: 'äöü', isTruncated: false });
  });

  test('never cuts inside a surrogate pair', () => {
    expect(truncateUtf8('a😀b', 4)).toEqual({ text: 'a', isTruncated: true });
    expect(truncateUtf8('a😀b', 5)).toEqual({ text: 'a😀', isTruncated: true });
  });

  test('counts a lone surrogate as the three bytes it becomes on the wire', () => {
    const lone = '\uD83Dx';
    expect(bytes(truncateUtf8(lone, 3).text)).toBe(3);
    expect(truncateUtf8(lone, 3).isTruncated).toBe(true);
  });

  test('gives the empty text for a bound of zero', () => {
    expect(truncateUtf8('x', 0)).toEqual({ text: '', isTruncated: true });
  });

  test.each([-1, 1.5, Number.NaN])('refuses a bound of %p', (bound) => {
    expect(() => truncateUtf8('x', bound)).toThrow('maxBytes must be a non-negative integer');
  });
});
