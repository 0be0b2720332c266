import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readKept } from './kept.ts';
import { runTarget } from './run-target.ts';
import type { OpenTarget, Target } from './target.ts';
import { TARGETS } from './targets.ts';

const WITH_KEPT = TARGETS.map((target) => ({ name: target.name, target, kept: readKept(target.name) })).filter(
  ({ kept }) => kept.length > 0,
);

for (const { name, target, kept } of WITH_KEPT) {
  describe(name, () => {
  let open: OpenTarget<unknown>;
  beforeAll(async () => {
    open = await (target as Target<unknown>).open();
  }, 30_000);
  afterAll(() => open.close());

  test.each(kept)(
    'what failed once holds: $file',
    async ({ input }) => {
      await expect(open.check(input)).resolves.toBeUndefined();
    },
    30_000,
  );
});

describe('the fuzzer', () => {
  test('finds an input that fails, and the smallest one', async () => {
    const target: Target<{ n: number }> = {
      name: 'planted',
      inputs: fc.record({ n: fc.nat(100_000) }),
      open: () =>
        Promise.resolve({
          check: ({ n }) => (n > 500 ? Promise.reject(new Error('too much')) : Promise.resolve()),
          close: () => Promise.resolve(),
        }),
    };
    const { failure } = await runTarget(target, { seed: 1, millis: 2_000 });
    expect(failure).toMatchObject({ input: { n: 501 }, why: expect.stringContaining('too much') });
  });
});
