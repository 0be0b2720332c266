// Which of two versions is the newer one (Semantic Versioning 2.0, section 11).
import { describe, expect, test } from '@jest/globals';
import { isNewer, isVersion } from '../../src/registry/election/version-order.ts';

const ORDER = [
  '0.0.9',
  '0.1.0-alpha',
  '0.1.0-alpha.1',
  '0.1.0-alpha.beta',
  '0.1.0-beta',
  '0.1.0-beta.2',
  '0.1.0-beta.11',
  '0.1.0-rc.1',
  '0.1.0',
  '0.1.1',
  '0.2',
  '0.10.0',
  'v1',
  '1.0.1+build',
  '2.0.0',
];

describe('isNewer', () => {
  test('orders every pair as the specification does', () => {
    const newer = ORDER.map((one) => ORDER.filter((two) => isNewer(one, two)));
    expect(newer).toEqual(ORDER.map((_, index) => ORDER.slice(0, index)));
  });

  test.each([
    ['1.0.0', '1.0.0+build'],
    ['1', 'v1.0.0'],
    ['99', 'unknown'],
    ['unknown', '0.0.1'],
    ['99', ''],
  ])('%s is not newer than %s', (one, two) => {
    expect(isNewer(one, two)).toBe(false);
  });
});

test.each(['', 'newest', '1.2.3.4', '1..2', '-1', '1.2.3-', '9'.repeat(65), ' 1.2.3', '1.2.3\n', '٣.0.0'])(
  '%j is no version',
  (text) => {
    expect(isVersion(text)).toBe(false);
  },
);
