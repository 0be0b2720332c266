import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { downscale, toFixedBuckets } from './exponential-buckets.ts';
import { isExponentialHistogram, isHistogram, type SampleValue } from './sample.ts';

type Buckets = ExponentialHistogram['positive'];

/**
 * Makes one value of two series that became the same series in a scrape: sums and histograms are added, of two gauges
 * the later one counts.
 */
export function mergeValues(first: SampleValue, second: SampleValue, isSum: boolean): SampleValue {
  if (typeof first === 'number' || typeof second === 'number') {
    return isSum && typeof first === 'number' && typeof second === 'number' ? first + second : second;
  }
  if (isExponentialHistogram(first) && isExponentialHistogram(second)) {
    return mergeExponential(first, second);
  }
  return mergeFixed(toHistogram(first), toHistogram(second));
}

/** Gives an exponential histogram fixed buckets; any other value stays as it is. */
export function toHistogram(value: Histogram | ExponentialHistogram): Histogram {
  if (isHistogram(value)) {
    return value;
  }
  const buckets = toFixedBuckets(value);
  return { buckets, count: value.count, ...(value.sum === undefined ? {} : { sum: value.sum }) };
}

function mergeFixed(first: Histogram, second: Histogram): Histogram {
  const boundaries = first.buckets.boundaries.filter((bound) => second.buckets.boundaries.includes(bound));
  const a = countsAt(first, boundaries);
  const b = countsAt(second, boundaries);
  return {
    buckets: { boundaries, counts: a.map((count, index) => count + (b[index] ?? 0)) },
    count: first.count + second.count,
    ...addSums(first.sum, second.sum),
  };
}

/** Counts between those of a histogram's own boundaries that are kept: exact, since buckets are only added up. */
function countsAt({ buckets }: Histogram, kept: readonly number[]): number[] {
  const counts: number[] = Array.from({ length: kept.length + 1 }, () => 0);
  let target = 0;
  for (const [index, count] of buckets.counts.entries()) {
    counts[target] = (counts[target] ?? 0) + count;
    if (target < kept.length && buckets.boundaries[index] === kept[target]) {
      target += 1;
    }
  }
  return counts;
}

function mergeExponential(first: ExponentialHistogram, second: ExponentialHistogram): ExponentialHistogram {
  const scale = Math.min(first.scale, second.scale);
  const a = downscale(first, scale);
  const b = downscale(second, scale);
  return {
    count: a.count + b.count,
    scale,
    zeroCount: a.zeroCount + b.zeroCount,
    positive: mergeBuckets(a.positive, b.positive),
    negative: mergeBuckets(a.negative, b.negative),
    ...addSums(a.sum, b.sum),
  };
}

function mergeBuckets(a: Buckets, b: Buckets): Buckets {
  if (a.bucketCounts.length === 0) {
    return b;
  }
  if (b.bucketCounts.length === 0) {
    return a;
  }
  const offset = Math.min(a.offset, b.offset);
  const end = Math.max(a.offset + a.bucketCounts.length, b.offset + b.bucketCounts.length);
  const at = (buckets: Buckets, index: number): number => buckets.bucketCounts[index - buckets.offset] ?? 0;
  const bucketCounts = Array.from(
    { length: end - offset },
    (_, index) => at(a, offset + index) + at(b, offset + index),
  );
  return { offset, bucketCounts };
}

function addSums(a: number | undefined, b: number | undefined): { sum?: number } {
  return a === undefined || b === undefined ? {} : { sum: a + b };
}
