import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readKept } from './kept.ts';
import { runTarget } from './run-target.ts';
import type { OpenTarget, Target } from './target.ts';
import { type AnyTarget, TARGETS } from './targets.ts';

const START_TIMEOUT_MILLIS = 30_000;

for (const target of TARGETS) {
  if (readKept(target.name).length > 0) {
    replay(target);
  }
}

function replay(target: AnyTarget): void {
  describe(`${target.name}: what failed once holds`, () => {
    let open: OpenTarget<unknown>;
    beforeAll(async () => {
      open = await (target as Target<unknown>).open();
    }, START_TIMEOUT_MILLIS);
    afterAll(() => open.close());

    test.each(readKept(target.name))(
      '$file',
      async ({ input }) => {
        await expect(open.check(input)).resolves.toBeUndefined();
      },
      START_TIMEOUT_MILLIS,
    );
  });
}

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
