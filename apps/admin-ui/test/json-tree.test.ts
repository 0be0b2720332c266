import { describe, expect, test } from '@jest/globals';
import { allBranches, copiedText, jsonBytes, openAtFirst, pathText, valueAt } from '../src/parts/json/json-tree.ts';
import { stretchesOf, visible } from '../src/parts/unseen/visible.ts';

describe('JSON that folds', () => {
  test.each([
    [[], '.'],
    [['content', 0, 'text'], '.content[0].text'],
    [[3, 'a b'], '.[3]."a b"'],
    [['__proto__', 'x"y'], String.raw`.__proto__."x\"y"`],
  ])('says where a value stands as jq reads it: %j', (path, text) => {
    expect(pathText(path)).toBe(text);
  });

  test('finds the value at a path, and none where there is none', () => {
    const value = { content: [{ text: 'hello' }] };
    expect([valueAt(value, ['content', 0, 'text']), valueAt(value, ['content', 1, 'text'])]).toEqual([
      'hello',
      undefined,
    ]);
  });

  test('copies a text as it is, and all else as JSON', () => {
    expect([copiedText('a\n"b"'), copiedText({ a: 1 })]).toEqual(['a\n"b"', '{\n  "a": 1\n}']);
  });

  test('says its size in bytes, not in characters', () => {
    expect(jsonBytes('简')).toBe(5);
  });

  test('opens a small value whole, and of a large one its outline', () => {
    const large = { rows: Array.from({ length: 100 }, (_, n) => ({ n })), meta: { total: 100 } };
    expect([...openAtFirst({ a: { b: { c: 1 } } })]).toEqual(['.', '.a', '.a.b']);
    expect([...openAtFirst(large)]).toEqual(['.', '.meta']);
  });

  test('unfolds no more branches than asked for', () => {
    expect(
      allBranches(
        Array.from({ length: 1_000 }, () => [1]),
        10,
      ).size,
    ).toBe(10);
  });
});

describe('characters that nobody sees', () => {
  test('are written as their code points, tabs and lines stay', () => {
    expect(visible('a\u200Bb\u202Ec\u0007d\n\te\u{E0041}')).toBe('a‹U+200B›b‹U+202E›c‹U+0007›d\n\te‹U+E0041›');
  });

  test('are stretches of their own', () => {
    expect(stretchesOf('ab\u200B\u200Bc')).toEqual([
      { text: 'ab', isUnseen: false },
      { text: 'U+200B', isUnseen: true },
      { text: 'U+200B', isUnseen: true },
      { text: 'c', isUnseen: false },
    ]);
    expect(stretchesOf('')).toEqual([]);
  });

  test('leave every other script as it is', () => {
    expect(visible('渲染 – café 👍')).toBe('渲染 – café 👍');
  });
});
