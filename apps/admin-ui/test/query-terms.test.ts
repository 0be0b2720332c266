import { describe, expect, test } from '@jest/globals';
import { besideTerm, term, termsOf, toggleTerm, withoutTerm } from '../src/parts/query/query-terms.ts';

describe('the conditions of a filter', () => {
  test('are its pieces, a text in quotes whole', () => {
    expect(termsOf('outcome=timeout  error~"no scene" OR bake')).toEqual([
      { text: 'outcome=timeout', at: 0 },
      { text: 'error~"no scene"', at: 17 },
      { text: 'OR', at: 34 },
      { text: 'bake', at: 37 },
    ]);
  });

  test.each([
    ['a=1 b=2', 4, 'a=1'],
    ['a=1 OR b=2', 7, 'a=1'],
    ['a=1 OR b=2', 0, 'b=2'],
    ['a=1 OR b=2 OR c=3', 7, 'a=1 OR c=3'],
  ])('%s without the one at %i is %s', (q, at, rest) => {
    expect(withoutTerm(q, at)).toBe(rest);
  });

  test.each([
    ['a=1 tool=', 4, 'a=1'],
    ['a=1 OR b=2 tool= c=3 OR d=4', 11, 'b=2 c=3'],
    ['a=1 OR tool=', 7, ''],
    ['a=1 AND tool=', 8, 'a=1'],
    ['tool=', 0, ''],
  ])('%s has beside the one at %i of its alternative %s', (q, at, beside) => {
    expect(besideTerm(q, at)).toBe(beside);
  });

  test('are put in and taken away by the same click', () => {
    const on = toggleTerm('tool~bake', 'success=false');
    expect([on, toggleTerm(on, 'success=false')]).toEqual(['tool~bake success=false', 'tool~bake']);
  });

  test('hold for every alternative, because AND binds tighter than OR', () => {
    const on = toggleTerm('tool~bake OR tool~render', 'success=false');
    expect(on).toBe('tool~bake success=false OR tool~render success=false');
    expect(toggleTerm(on, 'success=false')).toBe('tool~bake OR tool~render');
    expect(toggleTerm('success=false OR success=false tool~bake', 'success=false')).toBe('');
  });

  test('carry their value in quotes where it needs them', () => {
    expect([term('tool', 'maya.bake'), term('error', 'a "b"', '~')]).toEqual([
      'tool=maya.bake',
      String.raw`error~"a \"b\""`,
    ]);
  });
});
