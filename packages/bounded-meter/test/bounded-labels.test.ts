import { createBoundedLabels } from '@dcc-mcp/bounded-meter';
import { describe, expect, test } from '@jest/globals';

describe('createBoundedLabels', () => {
  const known = new Set(['a', 'b', 'c']);

  test('admits known values first come, first served, and keeps them', () => {
    let overflows = 0;
    const labels = createBoundedLabels({
      isKnown: (value) => known.has(value),
      maxValues: 2,
      onOverflow: () => {
        overflows += 1;
      },
    });
    expect(['b', 'a', 'c', 'b', 'c'].map((value) => labels.label(value))).toEqual(['b', 'a', '_other', 'b', '_other']);
    expect(overflows).toBe(2);
  });

  test('gives made-up values no room', () => {
    const labels = createBoundedLabels({ isKnown: (value) => known.has(value), maxValues: 1 });
    expect([labels.label('x'), labels.label(undefined), labels.label('a')]).toEqual(['_unknown', '_unknown', 'a']);
    expect(labels.size).toBe(1);
  });
});
