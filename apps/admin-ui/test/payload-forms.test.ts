import { expect, test } from '@jest/globals';
import { formsOf, redactedPlaces } from '../src/parts/request/payload-forms.ts';

test('a result has its JSON, the texts in it, and what is written', () => {
  const content = '{"content":[{"type":"text","text":"one"},{"type":"image","data":"x"},{"type":"text","text":"two"}]}';
  expect(formsOf(content)).toEqual({ json: { value: JSON.parse(content) }, text: 'one\ntwo', written: content });
});

test.each([
  ['{"a":1}', ['json', 'written']],
  ['{"content":"text"}', ['json', 'written']],
  ['{"content":[{"type":"ima', ['written']],
  ['', ['written']],
])('%j has the forms %j', (content, forms) => {
  expect(Object.keys(formsOf(content))).toEqual(forms);
});

test('places that were redacted are named, wherever they are; of many the first', () => {
  expect(redactedPlaces({ token: '[redacted]', list: [1, { say: 'key=[redacted]' }], fine: 'x' })).toEqual([
    '.token',
    '.list[1].say',
  ]);
  expect(redactedPlaces(Array(100).fill('[redacted]'))).toHaveLength(20);
  expect(redactedPlaces(undefined)).toEqual([]);
});
