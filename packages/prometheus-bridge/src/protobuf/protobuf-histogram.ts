import { toTag, type ProtobufWriter } from '@dcc-mcp/protobuf-writer';
import type { ExponentialHistogram, Histogram } from '@opentelemetry/sdk-metrics';
import { isExemplar, newestExemplar, type Exemplar } from '../families/exemplar.ts';
import { toSparseBuckets, type SparseBuckets } from '../families/exponential-buckets.ts';
import { writeExemplar } from './protobuf-exemplar.ts';

type Exemplars = readonly (Exemplar | undefined)[] | undefined;

/** Tags of the fields of `Histogram`, `Bucket` and `BucketSpan` (github.com/prometheus/client_model, metrics.proto). */
const HISTOGRAM = {
  bucket: toTag(3, 'bytes'),
  schema: toTag(5, 'varint'),
  zeroThreshold: toTag(6, 'fixed64'),
  zeroCount: toTag(7, 'varint'),
  exemplars: toTag(16, 'bytes'),
} as const;
const NEGATIVE = { span: toTag(9, 'bytes'), delta: toTag(10, 'varint') } as const;
const POSITIVE = { span: toTag(12, 'bytes'), delta: toTag(13, 'varint') } as const;
const SPAN = { offset: toTag(1, 'varint'), length: toTag(2, 'varint') } as const;
const BUCKET = {
  cumulativeCount: toTag(1, 'varint'),
  upperBound: toTag(2, 'fixed64'),
  exemplar: toTag(3, 'bytes'),
} as const;

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
    const start = out.beginMessage(HISTOGRAM.bucket);
    out.intField(BUCKET.cumulativeCount, cumulative);
    out.doubleField(BUCKET.upperBound, bound);
    if (exemplars !== undefined) {
      writeExemplar(out, BUCKET.exemplar, newestExemplar(exemplars.slice(first, index + 1)));
    }
    out.endMessage(start);
    previous = bound;
    first = index + 1;
  }
}

/** Writes the sparse buckets of a native histogram; its scale must be one of -4 to 8. */
export function writeNativeBuckets(out: ProtobufWriter, histogram: ExponentialHistogram, exemplars: Exemplars): void {
  out.sintField(HISTOGRAM.schema, histogram.scale);
  out.doubleField(HISTOGRAM.zeroThreshold, ZERO_THRESHOLD);
  out.intField(HISTOGRAM.zeroCount, histogram.zeroCount);
  writeSparse(out, NEGATIVE, toSparseBuckets(histogram.negative));
  writeSparse(out, POSITIVE, toSparseBuckets(histogram.positive));
  for (const exemplar of exemplars?.filter(isExemplar) ?? []) {
    writeExemplar(out, HISTOGRAM.exemplars, exemplar);
  }
}

function writeSparse(
  out: ProtobufWriter,
  tag: { span: number; delta: number },
  { spans, deltas }: SparseBuckets,
): void {
  for (const span of spans) {
    const start = out.beginMessage(tag.span);
    out.sintField(SPAN.offset, span.offset);
    out.intField(SPAN.length, span.length);
    out.endMessage(start);
  }
  for (const delta of deltas) {
    out.sintField(tag.delta, delta);
  }
}
