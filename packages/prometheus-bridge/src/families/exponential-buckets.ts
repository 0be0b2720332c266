import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';

type Buckets = ExponentialHistogram['positive'];

/** Runs of buckets of a native histogram, as the protobuf format has them. */
export interface SparseBuckets {
  /** The first offset is a bucket index, each further one the gap since the span before. */
  readonly spans: readonly { readonly offset: number; readonly length: number }[];
  /** Each count minus the one before it. */
  readonly deltas: readonly number[];
}

const MIN_SCHEMA = -4;
const MAX_SCHEMA = 8;
const MAX_FIXED_BOUNDARIES = 64;

/** Brings a histogram to `scale` or leaves it when it is coarser already; neighbouring buckets are added up. */
export function downscale(histogram: ExponentialHistogram, scale: number): ExponentialHistogram {
  const steps = histogram.scale - scale;
  if (steps <= 0) {
    return histogram;
  }
  return {
    ...histogram,
    scale,
    positive: downscaleBuckets(histogram.positive, steps),
    negative: downscaleBuckets(histogram.negative, steps),
  };
}

function downscaleBuckets({ offset, bucketCounts }: Buckets, steps: number): Buckets {
  const width = 2 ** steps;
  const first = Math.floor(offset / width);
  const counts: number[] = [];
  for (const [index, count] of bucketCounts.entries()) {
    const target = Math.floor((offset + index) / width) - first;
    while (counts.length <= target) {
      counts.push(0);
    }
    counts[target] = (counts[target] ?? 0) + count;
  }
  return { offset: first, bucketCounts: counts };
}

/** Brings a histogram into the schemas a native histogram may have (-4 to 8); `undefined` when it is too coarse. */
export function toNativeScale(histogram: ExponentialHistogram): ExponentialHistogram | undefined {
  return histogram.scale < MIN_SCHEMA ? undefined : downscale(histogram, MAX_SCHEMA);
}

/** Writes buckets as spans and deltas. A native bucket is numbered by its upper bound, hence one more than in OpenTelemetry. */
export function toSparseBuckets({ offset, bucketCounts }: Buckets): SparseBuckets {
  const spans: { offset: number; length: number }[] = [];
  const deltas: number[] = [];
  let end = 0; // index after the last bucket written
  let previous = 0;
  for (const [position, count] of bucketCounts.entries()) {
    if (count === 0) {
      continue;
    }
    const index = offset + position + 1;
    const span = spans.at(-1);
    if (span !== undefined && index === end) {
      span.length += 1;
    } else {
      spans.push({ offset: span === undefined ? index : index - end, length: 1 });
    }
    deltas.push(count - previous);
    previous = count;
    end = index + 1;
  }
  return { spans, deltas };
}

/** Buckets with fixed boundaries, counted one by one (not cumulated). */
export interface FixedBuckets {
  readonly boundaries: number[];
  readonly counts: number[];
}

/**
 * Gives an exponential histogram boundaries that stay where they are from scrape to scrape: zero and powers of two
 * (every second, fourth, … when there would be more than 64). Counts at a boundary are exact; a negative value that
 * lies exactly on one is counted in the bucket above it.
 */
export function toFixedBuckets(histogram: ExponentialHistogram): FixedBuckets {
  let coarse = downscale(histogram, 0);
  while (coarse.positive.bucketCounts.length + coarse.negative.bucketCounts.length > MAX_FIXED_BOUNDARIES) {
    coarse = downscale(coarse, coarse.scale - 1);
  }
  const base = 2 ** (2 ** -coarse.scale);
  const boundaries: number[] = [];
  const counts: number[] = [];
  const { negative, positive } = coarse;
  for (let index = negative.bucketCounts.length - 1; index >= 0; index -= 1) {
    boundaries.push(-(base ** (negative.offset + index)));
    counts.push(negative.bucketCounts[index] ?? 0);
  }
  boundaries.push(0);
  counts.push(histogram.zeroCount);
  for (const [index, count] of positive.bucketCounts.entries()) {
    boundaries.push(base ** (positive.offset + index + 1));
    counts.push(count);
  }
  counts.push(0); // nothing lies above the last boundary
  return { boundaries, counts };
}
