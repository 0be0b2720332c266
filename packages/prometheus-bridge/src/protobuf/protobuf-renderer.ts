import type { Exemplar } from '../families/exemplar.ts';
import { toNativeScale } from '../families/exponential-buckets.ts';
import { toHistogram } from '../families/merge-values.ts';
import type { MetricFamily } from '../families/metric-families.ts';
import { CHUNK_BYTES, concatAll, type RenderStep, type SerializeOptions } from '../families/renderer.ts';
import { isHistogram, type Sample } from '../families/sample.ts';
import { writeExemplar, writeTimestamp } from './protobuf-exemplar.ts';
import { writeFixedBuckets, writeNativeBuckets } from './protobuf-histogram.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Field numbers of `MetricFamily`, `Metric`, `Counter`/`Gauge` and `Histogram` (client_model, metrics.proto). */
const FAMILY = { name: 1, help: 2, type: 3, metric: 4, unit: 5 } as const;
const TYPES = { counter: 0, gauge: 1, histogram: 4, info: 1 } as const;
const METRIC = { gauge: 2, counter: 3, histogram: 7 } as const;
const NUMBER = { value: 1, exemplar: 2, created: 3 } as const;
const HISTOGRAM = { count: 1, sum: 2, created: 15 } as const;

interface MetricContext {
  readonly out: ProtobufWriter;
  readonly isCounter: boolean;
  readonly withStartTimestamps: boolean;
  readonly exemplarsOf: (sample: Sample) => readonly (Exemplar | undefined)[] | undefined;
}

/** Writes families as delimited `io.prometheus.client.MetricFamily` messages, exponential histograms as native ones. */
export function serializePrometheusProtobuf(
  families: readonly MetricFamily[],
  options: SerializeOptions = {},
): Uint8Array {
  return concatAll(renderProtobuf(families, options));
}

/** Renders families as length-delimited `io.prometheus.client.MetricFamily` messages. */
export function* renderProtobuf(
  families: readonly MetricFamily[],
  options: SerializeOptions,
): Generator<RenderStep, number> {
  let series = 0;
  for (const family of families) {
    const samples = yield* family.samples();
    if (samples.length === 0) {
      continue;
    }
    series += samples.length;
    const chunks: Uint8Array[] = [];
    const context = toContext(family, options);
    const { out } = context;
    writeHead(out, family);
    for (const sample of samples) {
      const start = out.begin(FAMILY.metric);
      writeMetric(context, sample);
      out.end(start);
      if (out.length >= CHUNK_BYTES) {
        chunks.push(out.take());
      }
      yield;
    }
    chunks.push(out.take());
    out.varint(chunks.reduce((total, chunk) => total + chunk.length, 0));
    yield out.take();
    yield* chunks;
  }
  return series;
}

function toContext(family: MetricFamily, { exemplars, withStartTimestamps = true }: SerializeOptions): MetricContext {
  return {
    out: new ProtobufWriter(),
    isCounter: family.type === 'counter',
    withStartTimestamps,
    exemplarsOf: ({ instrument, attributes }) => exemplars?.exemplars(instrument, attributes),
  };
}

function writeHead(out: ProtobufWriter, family: MetricFamily): void {
  out.text(FAMILY.name, family.name);
  if (family.help !== '') {
    out.text(FAMILY.help, family.help);
  }
  out.uint(FAMILY.type, TYPES[family.type]);
  if (family.unit !== '') {
    out.text(FAMILY.unit, family.unit);
  }
}

function writeMetric(context: MetricContext, sample: Sample): void {
  context.out.fields(sample.labels.protobuf);
  if (typeof sample.value === 'number') {
    writeNumber(context, sample, sample.value);
  } else {
    writeHistogram(context, sample, sample.value);
  }
}

function writeNumber(context: MetricContext, sample: Sample, value: number): void {
  const { out, isCounter } = context;
  const start = out.begin(isCounter ? METRIC.counter : METRIC.gauge);
  out.double(NUMBER.value, value);
  if (isCounter) {
    writeExemplar(out, NUMBER.exemplar, context.exemplarsOf(sample)?.[0]);
    if (context.withStartTimestamps) {
      writeTimestamp(out, NUMBER.created, sample.startTimeMillis);
    }
  }
  out.end(start);
}

/** An exponential histogram is native, unless it is coarser than native histograms can be: then its buckets are fixed. */
function writeHistogram(context: MetricContext, sample: Sample, value: Exclude<Sample['value'], number>): void {
  const { out } = context;
  const start = out.begin(METRIC.histogram);
  out.uint(HISTOGRAM.count, value.count);
  out.double(HISTOGRAM.sum, value.sum ?? Number.NaN); // an absent field would be read as zero
  const exemplars = context.exemplarsOf(sample);
  const native = isHistogram(value) ? undefined : toNativeScale(value);
  if (native !== undefined) {
    writeNativeBuckets(out, native, exemplars);
  } else {
    writeFixedBuckets(out, toHistogram(value), isHistogram(value) ? exemplars : undefined);
  }
  if (context.withStartTimestamps) {
    writeTimestamp(out, HISTOGRAM.created, sample.startTimeMillis);
  }
  out.end(start);
}
