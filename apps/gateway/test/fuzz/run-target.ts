// One target for a time: generates, checks, and makes what failed smaller.
import * as fc from 'fast-check';
import type { Target } from './target.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly millis: number;
}

export interface FuzzReport {
  /** Inputs that held. */
  readonly runs: number;
  /** The smallest input that failed within the time, and why. */
  readonly failure?: { readonly input: unknown; readonly why: string };
}

/** Tries inputs of the target until one fails or the time is over. */
export async function runTarget<Input>(target: Target<Input>, { seed, millis }: FuzzOptions): Promise<FuzzReport> {
  const open = await target.open();
  try {
    const result = await fc.check(
      fc.asyncProperty(target.inputs, (input) => open.check(input)),
      { seed, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: millis, markInterruptAsFailure: false },
    );
    const { numRuns: runs, counterexample, errorInstance } = result;
    if (counterexample === null) {
      return { runs };
    }
    return { runs, failure: { input: counterexample[0], why: String(errorInstance) } };
  } finally {
    await open.close();
  }
}
