import type { ExponentialHistogram } from '@opentelemetry/sdk-metrics';

type Buckets = ExponentialHistogram['positive'];

/** Merges buckets until they have `steps` fewer powers of resolution; bucket `i` goes to `i >> steps`. */
function downscale(buckets: Buckets, steps: number): Buckets {
  if (steps === 0 || buckets.bucketCounts.length === 0) {
    return buckets;
  }
  const offset = buckets.offset >> steps;
  const bucketCounts: number[] = [];
  for (const [index, count] of buckets.bucketCounts.entries()) {
    const target = ((buckets.offset + index) >> steps) - offset;
    bucketCounts[target] = (bucketCounts[target] ?? 0) + count;
  }
  return { offset, bucketCounts };
}

function subtract(current: Buckets, previous: Buckets): Buckets {
  const bucketCounts = current.bucketCounts.map((count, index) => {
    return count - (previous.bucketCounts[current.offset + index - previous.offset] ?? 0);
  });
  const first = bucketCounts.findIndex((count) => count !== 0);
  if (first === -1) {
    return { offset: 0, bucketCounts: [] };
  }
  const last = bucketCounts.findLastIndex((count) => count !== 0);
  return { offset: current.offset + first, bucketCounts: bucketCounts.slice(first, last + 1) };
}

/**
 * What was recorded between two cumulative points of one series. The scale of a cumulative histogram
 * only falls, so the older one is brought to the newer one's. Minimum and maximum of an interval
 * cannot be told from cumulative ones and are left out.
 */
export function subtractExponential(
  current: ExponentialHistogram,
  previous: ExponentialHistogram,
): ExponentialHistogram {
  const steps = Math.max(previous.scale - current.scale, 0);
  const sum = current.sum === undefined ? undefined : current.sum - (previous.sum ?? 0);
  return {
    count: current.count - previous.count,
    ...(sum === undefined ? {} : { sum }),
    scale: current.scale,
    zeroCount: current.zeroCount - previous.zeroCount,
    positive: subtract(current.positive, downscale(previous.positive, steps)),
    negative: subtract(current.negative, downscale(previous.negative, steps)),
  };
}
