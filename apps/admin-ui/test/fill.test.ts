import { expect, test } from '@jest/globals';
import { fill } from '../src/text/fill.ts';

test.each([
  ['1', '1 call of maya'],
  ['0', '0 calls of maya'],
  ['21', '21 calls of maya'],
  [1, '1 call of maya'],
])('a word follows its number: %s', (n, text) => {
  expect(fill('{n} {n:call|calls} of {name}', { n, name: 'maya' })).toBe(text);
});

test('a gap that nothing is known for stays', () => {
  expect(fill('{n} of {most}', { n: 3 })).toBe('3 of {most}');
});
