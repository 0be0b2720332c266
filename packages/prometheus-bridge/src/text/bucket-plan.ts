import type { TextDialect } from './text-dialect.ts';

/** How the bucket lines of every histogram with the same boundaries end. */
export interface BucketPlan {
  /** For each line the index of the last bucket it counts. */
  readonly lastBuckets: readonly number[];
  /** For each line its bound. */
  readonly bounds: readonly number[];
  /** For each line what follows `le="`: bound, quote, brace, space. The last one is `+Inf`. */
  readonly tails: readonly Uint8Array[];
}

const encoder = new TextEncoder();

/** Makes bucket plans, one per list of boundaries (the SDK keeps one list per instrument). */
export class BucketPlans {
  readonly #dialect: TextDialect;
  readonly #plans = new WeakMap<readonly number[], BucketPlan>();

  constructor(dialect: TextDialect) {
    this.#dialect = dialect;
  }

  of(boundaries: readonly number[], bucketCount: number): BucketPlan {
    const known = this.#plans.get(boundaries);
    if (known?.lastBuckets.at(-1) === bucketCount - 1) {
      return known;
    }
    const made = this.#make(boundaries, bucketCount);
    this.#plans.set(boundaries, made);
    return made;
  }

  /** Leaves out bounds that would repeat or disorder `le`; their counts are in the next line, which is exact. */
  #make(boundaries: readonly number[], bucketCount: number): BucketPlan {
    const lastBuckets: number[] = [];
    const bounds: number[] = [];
    let previous = -Infinity;
    for (const [index, bound] of boundaries.entries()) {
      if (!Number.isFinite(bound) || bound <= previous) {
        continue;
      }
      previous = bound;
      lastBuckets.push(index);
      bounds.push(bound);
    }
    lastBuckets.push(bucketCount - 1);
    bounds.push(Infinity);
    const tails = bounds.map((bound) => encoder.encode(`${this.#format(bound)}"} `));
    return { lastBuckets, bounds, tails };
  }

  #format(bound: number): string {
    return bound === Infinity ? '+Inf' : this.#dialect.formatBound(bound);
  }
}
