import { expect, test } from '@jest/globals';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PendingMap } from '../src/index.ts';

interface Entry {
  readonly number: number;
  readonly payload: readonly number[];
}

const entry = (number: number): Entry => ({ number, payload: Array.from({ length: 100 }, () => number) });

test('finds what is under way, and nothing that has ended', () => {
  const map = new PendingMap<string, Entry>();
  const [first, second] = [entry(1), entry(2)];
  map.set('a', first);
  map.set('b', second);
  expect([map.size, map.get('a'), map.get('b'), map.get('c')]).toEqual([2, first, second, undefined]);
  expect([map.delete('a'), map.delete('a')]).toEqual([true, false]);
  expect([map.size, map.get('a'), [...map.values()]]).toEqual([1, undefined, [second]]);
});

test('what has the same key takes its place, at the end', () => {
  const map = new PendingMap<number, Entry>();
  const [first, second, third] = [entry(1), entry(2), entry(3)];
  map.set(1, first);
  map.set(2, second);
  map.set(1, third);
  expect([map.size, [...map.values()]]).toEqual([2, [second, third]]);
});

test('what is under way may end, and more begin, while it is read', () => {
  const map = new PendingMap<number, Entry>();
  [1, 2, 3].forEach((number) => map.set(number, entry(number)));
  const seen: number[] = [];
  for (const { number } of map.values()) {
    seen.push(number);
    map.delete(number);
    map.delete(2);
    if (number === 1) {
      map.set(4, entry(4));
    }
  }
  expect(seen).toEqual([1, 3, 4]);
  expect(map.size).toBe(0);
});

test('all can end at once', () => {
  const map = new PendingMap<number | undefined, Entry>();
  map.set(1, entry(1));
  map.set(undefined, entry(2));
  map.clear();
  expect([map.size, [...map.values()]]).toEqual([0, []]);
});

test('what has ended is garbage for the next collection of the young generation', () => {
  setFlagsFromString('--expose-gc');
  const collect: (options?: { readonly type: 'minor' }) => void = runInNewContext('gc');
  const left = (): number => {
    collect({ type: 'minor' });
    collect({ type: 'minor' });
    return getHeapSpaceStatistics().reduce((sum, { space_used_size: size }) => sum + size, 0);
  };
  const map = new PendingMap<number, Entry>();
  const churn = (from: number, until: number): void => {
    for (let number = from; number < until; number += 1) {
      map.delete(number - 16);
      map.set(number, entry(number));
    }
  };
  churn(0, 2_000);
  collect();
  const before = left();
  churn(2_000, 12_000);
  // Of a `Map` each leaves all of its 900 bytes.
  expect((left() - before) / 10_000).toBeLessThan(300);
});
