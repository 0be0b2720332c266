import { expect, test } from '@jest/globals';
import { zhCn } from '../src/text/zh-cn/zh-cn.ts';

test('between Chinese words stand the marks of Chinese', () => {
  const texts = Object.entries(zhCn);
  expect(texts.filter(([, text]) => /\p{Script=Han}[,;:?!]/u.test(text))).toEqual([]);
});
