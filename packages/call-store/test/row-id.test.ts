import { createRowIds, isRowId, newRowId } from '@dcc-mcp/call-store';
import { describe, expect, test } from '@jest/globals';

describe('createRowIds', () => {
  test('orders ten thousand keys of one millisecond as they were made', () => {
    const newId = createRowIds(() => 1_764_410_400_000);
    const ids = Array.from({ length: 10_000 }, newId);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(10_000);
  });

  test('goes on upwards when the clock goes back', () => {
    const times = [2000, 1000, 1500, 2001];
    const newId = createRowIds(() => times.shift() ?? 3000);
    const ids = Array.from({ length: 5 }, newId);
    expect(ids.toSorted()).toEqual(ids);
  });

  test('makes UUIDs version 7 that begin with the time', () => {
    expect(createRowIds(() => 0x01_8f_0a_0b_0c_0d)()).toMatch(/^018f0a0b-0c0d-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
  });
});

test.each([
  [newRowId(), true],
  ['req-1', false],
  ['', false],
  ['018f0a0b-0c0d-4000-8000-000000000000', false],
])('isRowId(%s) is %s', (text, expected) => {
  expect(isRowId(text)).toBe(expected);
});
