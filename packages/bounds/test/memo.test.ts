import { Memo, memoize } from '@dcc-mcp/bounds';
import { describe, expect, test } from '@jest/globals';

describe('Memo', () => {
  test('gives back what was set, and set gives its value', () => {
    const memo = new Memo<number>(2);
    expect([memo.get('a'), memo.set('a', 1), memo.get('a')]).toEqual([undefined, 1, 1]);
  });

  test('starts over when one more than its bound comes', () => {
    const memo = new Memo<number>(2);
    memo.set('a', 1);
    memo.set('b', 2);
    expect(memo.get('a')).toBe(1);
    memo.set('c', 3);
    expect([memo.get('a'), memo.get('b'), memo.get('c')]).toEqual([undefined, undefined, 3]);
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses a bound of %p', (maxEntries) => {
    expect(() => new Memo(maxEntries)).toThrow('maxEntries must be a positive integer');
  });
});

describe('memoize', () => {
  test('creates once for each key', () => {
    const asked: string[] = [];
    const toLength = memoize((text: string) => asked.push(text) && text.length, 10);
    expect(['one', 'three', 'one'].map(toLength)).toEqual([3, 5, 3]);
    expect(asked).toEqual(['one', 'three']);
  });
});
