import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { isExemplar, newestExemplar, type Exemplar } from '../families/exemplar.ts';
import { toSparseBuckets, type SparseBuckets } from '../families/exponential-buckets.ts';
import { writeExemplar } from './protobuf-exemplar.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

type Exemplars = readonly (Exemplar | undefined)[] | undefined;

/** Field numbers of `Histogram`, `Bucket` and `BucketSpan` (github.com/prometheus/client_model, metrics.proto). */
const HISTOGRAM = { bucket: 3, schema: 5, zeroThreshold: 6, zeroCount: 7, exemplars: 16 } as const;
const NEGATIVE = { span: 9, delta: 10 } as const;
const POSITIVE = { span: 12, delta: 13 } as const;
const SPAN = { offset: 1, length: 2 } as const;
const BUCKET = { cumulativeCount: 1, upperBound: 2, exemplar: 3 } as const;

/** Width of the zero bucket where the data says none (OTel Prometheus compatibility, "Exponential Histograms"). */
const ZERO_THRESHOLD = 1e-128;

/** Writes the buckets of a histogram with fixed boundaries, the last one up to infinity. */
export function writeFixedBuckets(out: ProtobufWriter, { buckets }: Histogram, exemplars: Exemplars): void {
  let cumulative = 0;
  let previous = -Infinity;
  let first = 0;
  for (const [index, count] of buckets.counts.entries()) {
    cumulative += count;
    const isLast = index === buckets.counts.length - 1;
    const bound = isLast ? Infinity : (buckets.boundaries[index] ?? Number.NaN);
    if (!isLast && !(Number.isFinite(bound) && bound > previous)) {
      continue;
    } // counted with the next bucket
    const start = out.begin(HISTOGRAM.bucket);
    out.uint(BUCKET.cumulativeCount, cumulative);
    out.double(BUCKET.upperBound, bound);
    if (exemplars !== undefined) {
      writeExemplar(out, BUCKET.exemplar, newestExemplar(exemplars.slice(first, index + 1)));
    }
    out.end(start);
    previous = bound;
    first = index + 1;
  }
}

/** Writes the sparse buckets of a native histogram; its scale must be one of -4 to 8. */
export function writeNativeBuckets(out: ProtobufWriter, histogram: ExponentialHistogram, exemplars: Exemplars): void {
  out.sint(HISTOGRAM.schema, histogram.scale);
  out.double(HISTOGRAM.zeroThreshold, ZERO_THRESHOLD);
  out.uint(HISTOGRAM.zeroCount, histogram.zeroCount);
  writeSparse(out, NEGATIVE, toSparseBuckets(histogram.negative));
  writeSparse(out, POSITIVE, toSparseBuckets(histogram.positive));
  for (const exemplar of exemplars?.filter(isExemplar) ?? []) {
    writeExemplar(out, HISTOGRAM.exemplars, exemplar);
  }
}

function writeSparse(
  out: ProtobufWriter,
  field: { span: number; delta: number },
  { spans, deltas }: SparseBuckets,
): void {
  for (const span of spans) {
    const start = out.begin(field.span);
    out.sint(SPAN.offset, span.offset);
    out.uint(SPAN.length, span.length);
    out.end(start);
  }
  for (const delta of deltas) {
    out.sint(field.delta, delta);
  }
}
