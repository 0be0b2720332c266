import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { runTarget } from '../../fuzz/run-target.ts';
import { plainAnswers, TwoReaders, VALID_ANSWERS } from '../../fuzz/targets/plain-answers.ts';

/** A few thousand answers; the fuzzer goes on from here. */
const MILLIS = 5_000;
const SEED = 20_261_130;

describe('the plain client', () => {
  let readers: TwoReaders;
  beforeAll(async () => {
    readers = await TwoReaders.start();
  });
  afterAll(() => readers.close());

  test('takes no answer that undici refuses, or takes for another one', async () => {
    const { runs, failure } = await runTarget(plainAnswers, { seed: SEED, millis: MILLIS });
    expect(failure).toBeUndefined();
    expect(runs).toBeGreaterThan(100);
  }, 30_000);

  test('takes every answer that is as the standard has it', async () => {
    const property = fc.asyncProperty(VALID_ANSWERS, async (pieces) => {
      const { plain, undici } = await readers.read(pieces);
      expect(plain).toEqual(undici);
      expect(plain).not.toHaveProperty('error');
    });
    await fc.assert(property, { seed: SEED, numRuns: 500 });
  }, 30_000);
});
