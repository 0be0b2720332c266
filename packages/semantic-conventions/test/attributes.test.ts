import { describe, expect, test } from '@jest/globals';
import * as conventions from '../src/index.ts';

const NAMES = Object.entries(conventions).flatMap(([name, value]) =>
  name.startsWith('ATTR_') && typeof value === 'string' ? [value] : [],
);
// The hop span carries `mcp.method`, every other span `mcp.method.name`; never one span both.
const HOP_ONLY = 'mcp.method';

describe('attribute names', () => {
  test('are unique', () => {
    expect(new Set(NAMES).size).toBe(NAMES.length);
  });

  test('are never both a leaf and a prefix of another name on one span', () => {
    const keys = NAMES.filter((name) => name !== HOP_ONLY);
    expect(keys.filter((leaf) => keys.some((key) => key.startsWith(`${leaf}.`)))).toEqual([]);
  });
});
