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
  const boundaries = commonBoundaries(first.buckets.boundaries, second.buckets.boundaries);
  const a = countsAt(first, boundaries);
  const b = countsAt(second, boundaries);
  return {
    buckets: { boundaries, counts: a.map((count, index) => count + (b[index] ?? 0)) },
    count: first.count + second.count,
    ...addSums(first.sum, second.sum),
  };
}

/** The same list for equal ones, which they are nearly always. */
function commonBoundaries(first: number[], second: readonly number[]): number[] {
  const isSame =
    first === second || (first.length === second.length && first.every((bound, at) => bound === second[at]));
  return isSame ? first : first.filter((bound) => second.includes(bound));
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
  const scale = commonScale(first, second);
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

/** Buckets of one sign that a merged histogram may have, as many as the SDK keeps. */
const MAX_BUCKETS = 160;

/** The finest scale that both can be brought to at which their buckets together stay as few as those of one. */
function commonScale(first: ExponentialHistogram, second: ExponentialHistogram): number {
  const both = [first, second];
  let scale = Math.min(...both.map(scaleOf));
  if (scale === Infinity) {
    return Math.min(first.scale, second.scale);
  }
  const isTooFine = (): boolean =>
    Math.max(spanAt(scale, both, 'positive'), spanAt(scale, both, 'negative')) > MAX_BUCKETS;
  while (scale > MIN_SCALE && isTooFine()) {
    scale -= 1;
  }
  return scale;
}

/** Without buckets, as when all that was recorded is zero, a scale says nothing. */
function scaleOf({ scale, positive, negative }: ExponentialHistogram): number {
  return positive.bucketCounts.length + negative.bucketCounts.length > 0 ? scale : Infinity;
}

/** Coarsest scale of the SDK: one bucket holds every number above one. */
const MIN_SCALE = -10;

/** Buckets of one sign, from the first to the last of both, at a scale that is no finer than theirs. */
function spanAt(scale: number, histograms: readonly ExponentialHistogram[], sign: 'positive' | 'negative'): number {
  let first = Infinity;
  let last = -Infinity;
  for (const histogram of histograms) {
    const { offset, bucketCounts } = histogram[sign];
    if (bucketCounts.length > 0) {
      const width = 2 ** (histogram.scale - scale);
      first = Math.min(first, Math.floor(offset / width));
      last = Math.max(last, Math.floor((offset + bucketCounts.length - 1) / width));
    }
  }
  return last - first + 1;
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
