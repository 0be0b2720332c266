import { describe, expect, test } from '@jest/globals';
import { BoundedMap } from '../src/index.ts';

describe('BoundedMap with least_recently_used', () => {
  test('lets the entry go that was used longest ago', () => {
    const map = new BoundedMap<string, number>({ maxEntries: 2 });
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([...map]).toEqual([
      ['a', 1],
      ['c', 3],
    ]);
    expect(map.dropped).toBe(1);
  });

  test('does not count peek and has as a use', () => {
    const map = new BoundedMap<string, number>({ maxEntries: 2 });
    map.set('a', 1);
    map.set('b', 2);
    map.peek('a');
    map.has('a');
    map.set('c', 3);
    expect([...map.keys()]).toEqual(['b', 'c']);
  });

  test('tells of an evicted entry, and of nothing else', () => {
    const evicted: [string, number][] = [];
    const map = new BoundedMap<string, number>({ maxEntries: 1, onEvict: (key, value) => evicted.push([key, value]) });
    map.set('a', 1);
    map.set('a', 2);
    map.set('b', 3);
    map.delete('b');
    expect(evicted).toEqual([['a', 2]]);
  });
});

function full(): BoundedMap<string, number> {
  const map = new BoundedMap<string, number>({ maxEntries: 1, eviction: 'refuse_new' });
  map.set('a', 1);
  return map;
}

describe('BoundedMap with refuse_new', () => {
  test('refuses a new key when full and counts it', () => {
    const map = full();
    expect(map.set('b', 2)).toBe(false);
    expect([...map.values()]).toEqual([1]);
    expect(map.dropped).toBe(1);
  });

  test('still changes an entry it has', () => {
    const map = full();
    expect(map.set('a', 5)).toBe(true);
    expect(map.get('a')).toBe(5);
  });

  test('takes a new key after a deletion', () => {
    const map = full();
    map.delete('a');
    expect(map.set('b', 2)).toBe(true);
    expect(map.size).toBe(1);
  });
});

test.each([0, 1.5, Number.NaN])('BoundedMap refuses a bound of %p', (maxEntries) => {
  expect(() => new BoundedMap({ maxEntries })).toThrow('maxEntries must be a positive integer');
});
