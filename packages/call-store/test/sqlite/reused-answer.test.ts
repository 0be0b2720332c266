import { expect, test } from '@jest/globals';
import { ReusedAnswer } from '../../src/sqlite/reused-answer.ts';

function asking(millis: number): { readonly ask: () => Promise<number>; readonly clock: { now: number } } {
  const clock = { now: 1000 };
  let count = 0;
  const ask = async (): Promise<number> => {
    clock.now += millis;
    count += 1;
    return count;
  };
  return { ask, clock };
}

test('an answer that was quick is asked for each time', async () => {
  const { ask, clock } = asking(5);
  const reused = new ReusedAnswer<number>(() => clock.now);
  expect([await reused.get('a', ask), await reused.get('a', ask)]).toEqual([1, 2]);
});

test('one that took long is given again for ten times as long, to the same question', async () => {
  const { ask, clock } = asking(500);
  const reused = new ReusedAnswer<number>(() => clock.now);
  expect(await reused.get('a', ask)).toBe(1);
  clock.now += 4000;
  expect(await reused.get('a', ask)).toBe(1);
  clock.now += 2000;
  expect(await reused.get('a', ask)).toBe(2);
  expect(await reused.get('b', ask)).toBe(3);
});

test('one that failed is asked for again', async () => {
  const { ask, clock } = asking(0);
  const reused = new ReusedAnswer<number>(() => clock.now);
  await expect(reused.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  clock.now += 500;
  expect(await reused.get('a', ask)).toBe(1);
});
