import { expect, test } from '@jest/globals';
import { forgetView, readViews, savedViews, saveView } from '../src/state/saved-views.ts';

test('a view of a name that is known takes its place', () => {
  saveView({ name: 'failed', href: '?panel=calls&q=success%3Dfalse' });
  saveView({ name: 'slow', href: '?panel=traces' });
  saveView({ name: 'failed', href: '?panel=calls' });
  expect(savedViews.value).toEqual([
    { name: 'failed', href: '?panel=calls' },
    { name: 'slow', href: '?panel=traces' },
  ]);
  forgetView('failed');
  expect(savedViews.value.map(({ name }) => name)).toEqual(['slow']);
});

test.each([
  ['nothing', undefined],
  ['no JSON', '[{'],
  ['no list', '{"name":"x","href":"?"}'],
  ['no name', '[{"name":"","href":"?panel=calls"},{"href":"?panel=calls"}]'],
  [
    'a link to elsewhere',
    '[{"name":"x","href":"javascript:alert(1)"},{"name":"y","href":"https://example.com/?panel=calls"}]',
  ],
  ['other values', '[1,null,"x",{"name":1,"href":"?"}]'],
])('of %s no view is read', (_, text) => {
  expect(readViews(text)).toEqual([]);
});

test('a view that was kept has what an address can have, and a name that fits', () => {
  const text = JSON.stringify([{ name: 'x'.repeat(200), href: '?panel=calls&q=a%20b&unknown=1' }]);
  expect(readViews(text)).toEqual([{ name: 'x'.repeat(60), href: '?panel=calls&q=a+b' }]);
});
