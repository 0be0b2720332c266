import { describe, expect, test } from '@jest/globals';
import { RingBuffer } from '../src/index.ts';

function filled(capacity: number, items: number): RingBuffer<number> {
  const buffer = new RingBuffer<number>(capacity);
  Array.from({ length: items }, (_, index) => buffer.push(index));
  return buffer;
}

describe('RingBuffer', () => {
  test('keeps all items up to its capacity', () => {
    expect(filled(3, 3).toArray()).toEqual([0, 1, 2]);
    expect(filled(3, 3).dropped).toBe(0);
  });

  test('keeps the newest items when full, oldest first', () => {
    expect(filled(3, 5).toArray()).toEqual([2, 3, 4]);
  });

  test('says how many items fell out', () => {
    expect(filled(3, 5).dropped).toBe(2);
  });

  test('gives back the item that left', () => {
    expect(filled(2, 2).push(9)).toBe(0);
  });

  test('gives the newest items, newest first', () => {
    expect(filled(3, 5).newest(2)).toEqual([4, 3]);
    expect(filled(3, 5).newest(9)).toEqual([4, 3, 2]);
    expect(filled(3, 5).newest(0)).toEqual([]);
  });

  test('iterates oldest first', () => {
    expect([...filled(2, 3)]).toEqual([1, 2]);
  });

  test('is empty and usable after clear', () => {
    const buffer = filled(2, 3);
    buffer.clear();
    buffer.push(7);
    expect(buffer.toArray()).toEqual([7]);
    expect(buffer.size).toBe(1);
  });

  test.each([0, -1, 1.5])('refuses a capacity of %p', (capacity) => {
    expect(() => new RingBuffer(capacity)).toThrow('capacity must be a positive integer');
  });
});
