import { ProtobufWriter, toTag } from '@dcc-mcp/protobuf-writer';
import type { Exemplar } from '../families/exemplar.ts';
import { toNativeScale } from '../families/exponential-buckets.ts';
import { toHistogram } from '../families/merge-values.ts';
import type { MetricFamily } from '../families/metric-families.ts';
import { CHUNK_BYTES, concatAll, type RenderStep, type SerializeOptions } from '../families/renderer.ts';
import { isHistogram, type Sample } from '../families/sample.ts';
import { writeExemplar, writeTimestamp } from './protobuf-exemplar.ts';
import { writeFixedBuckets, writeNativeBuckets } from './protobuf-histogram.ts';

/** Tags of the fields of `MetricFamily`, `Metric`, `Counter`/`Gauge` and `Histogram` (client_model, metrics.proto). */
const FAMILY = {
  name: toTag(1, 'bytes'),
  help: toTag(2, 'bytes'),
  type: toTag(3, 'varint'),
  metric: toTag(4, 'bytes'),
  unit: toTag(5, 'bytes'),
} as const;
const TYPES = { counter: 0, gauge: 1, histogram: 4, info: 1 } as const;
const METRIC = { gauge: toTag(2, 'bytes'), counter: toTag(3, 'bytes'), histogram: toTag(7, 'bytes') } as const;
const NUMBER = { value: toTag(1, 'fixed64'), exemplar: toTag(2, 'bytes'), created: toTag(3, 'bytes') } as const;
const HISTOGRAM = { count: toTag(1, 'varint'), sum: toTag(2, 'fixed64'), created: toTag(15, 'bytes') } as const;

/** Room for a chunk and the series that fills it up. */
const INITIAL_BYTES = CHUNK_BYTES + 8 * 1_024;

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
      const start = out.beginMessage(FAMILY.metric);
      writeMetric(context, sample);
      out.endMessage(start);
      if (out.position >= CHUNK_BYTES) {
        chunks.push(out.take());
      }
      yield;
    }
    chunks.push(out.take());
    out.varint64(chunks.reduce((total, chunk) => total + chunk.length, 0));
    yield out.take();
    yield* chunks;
  }
  return series;
}

function toContext(family: MetricFamily, { exemplars, withStartTimestamps = true }: SerializeOptions): MetricContext {
  return {
    out: new ProtobufWriter(INITIAL_BYTES),
    isCounter: family.type === 'counter',
    withStartTimestamps,
    exemplarsOf: ({ instrument, attributes }) => exemplars?.exemplars(instrument, attributes),
  };
}

function writeHead(out: ProtobufWriter, family: MetricFamily): void {
  out.textField(FAMILY.name, family.name);
  if (family.help !== '') {
    out.textField(FAMILY.help, family.help);
  }
  out.intField(FAMILY.type, TYPES[family.type]);
  if (family.unit !== '') {
    out.textField(FAMILY.unit, family.unit);
  }
}

function writeMetric(context: MetricContext, sample: Sample): void {
  context.out.raw(sample.labels.protobuf);
  if (typeof sample.value === 'number') {
    writeNumber(context, sample, sample.value);
  } else {
    writeHistogram(context, sample, sample.value);
  }
}

function writeNumber(context: MetricContext, sample: Sample, value: number): void {
  const { out, isCounter } = context;
  const start = out.beginMessage(isCounter ? METRIC.counter : METRIC.gauge);
  out.doubleField(NUMBER.value, value);
  if (isCounter) {
    writeExemplar(out, NUMBER.exemplar, context.exemplarsOf(sample)?.[0]);
    if (context.withStartTimestamps) {
      writeTimestamp(out, NUMBER.created, sample.startTimeMillis);
    }
  }
  out.endMessage(start);
}

/** An exponential histogram is native, unless it is coarser than native histograms can be: then its buckets are fixed. */
function writeHistogram(context: MetricContext, sample: Sample, value: Exclude<Sample['value'], number>): void {
  const { out } = context;
  const start = out.beginMessage(METRIC.histogram);
  out.intField(HISTOGRAM.count, value.count);
  out.doubleField(HISTOGRAM.sum, value.sum ?? Number.NaN); // an absent field would be read as zero
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
  out.endMessage(start);
}
