import { BucketPlans } from './bucket-plan.ts';
import { ByteWriter } from './byte-writer.ts';
import type { ExemplarSource } from './exemplar.ts';
import { escapeText } from './label-set.ts';
import type { MetricFamily } from './metric-families.ts';
import { isPlainMetricName } from './name-escaping.ts';
import { toSampleNames } from './sample-names.ts';
import type { Sample } from './sample.ts';
import type { TextDialect } from './text-dialect.ts';
import { writeCounter, writeHistogram, writeNumber, type LineContext } from './text-samples.ts';

/** Options of the serializers. */
export interface SerializeOptions {
  /** Where exemplars come from; default: there are none. Prometheus text has no place for them. */
  readonly exemplars?: ExemplarSource;
  /** Whether to say when counting began, where the format can; default true. */
  readonly withStartTimestamps?: boolean;
}

/** A step of rendering: bytes that are ready, or just a place where the caller may pause. */
export type RenderStep = Uint8Array | undefined;

/** Renders families; what it returns at the end is the number of series. */
export type Renderer = (families: readonly MetricFamily[], options: SerializeOptions) => Generator<RenderStep, number>;

/** Bytes that are handed on at once. */
export const CHUNK_BYTES: number = 64 * 1_024;

/** Makes a renderer for one of the text formats; it keeps what histograms with equal boundaries have in common. */
export function createTextRenderer(dialect: TextDialect): Renderer {
  const plans = new BucketPlans(dialect);
  return function* render(families, options) {
    const out = new ByteWriter();
    let series = 0;
    for (const family of families) {
      const samples = yield* family.samples();
      if (samples.length === 0) {
        continue;
      }
      series += samples.length;
      writeHeader(out, family, dialect);
      const context = toContext({ out, plans, family, dialect, options });
      for (const sample of samples) {
        writeSample(context, family, sample);
        yield out.length >= CHUNK_BYTES ? out.take() : undefined;
      }
    }
    out.ascii(dialect.end);
    yield out.take();
    return series;
  };
}

function writeHeader(out: ByteWriter, family: MetricFamily, dialect: TextDialect): void {
  const { name, type } = dialect.header(family);
  const written = isPlainMetricName(name) ? name : `"${escapeText(name)}"`;
  if (family.help !== '') {
    out.text(`# HELP ${written} ${dialect.escapeHelp(family.help)}\n`);
  }
  out.text(`# TYPE ${written} ${type}\n`);
  const hasUnit = family.unit !== '' && type !== 'info' && name.endsWith(`_${family.unit}`);
  if (dialect.isOpenMetrics && hasUnit) {
    out.text(`# UNIT ${written} ${family.unit}\n`);
  }
}

interface RenderedFamily {
  readonly out: ByteWriter;
  readonly plans: BucketPlans;
  readonly family: MetricFamily;
  readonly dialect: TextDialect;
  readonly options: SerializeOptions;
}

function toContext({ out, plans, family, dialect, options }: RenderedFamily): LineContext {
  const { name, type } = dialect.header(family);
  const { isOpenMetrics } = dialect;
  const { exemplars, withStartTimestamps = true } = options;
  return {
    out,
    plans,
    isOpenMetrics,
    names: toSampleNames(family, name),
    hasCreated: isOpenMetrics && withStartTimestamps && (type === 'counter' || type === 'histogram'),
    exemplarsOf:
      isOpenMetrics && exemplars !== undefined
        ? ({ instrument, attributes }) => exemplars.exemplars(instrument, attributes)
        : () => undefined,
  };
}

function writeSample(context: LineContext, family: MetricFamily, sample: Sample): void {
  if (typeof sample.value !== 'number') {
    writeHistogram(context, sample, sample.value);
  } else if (family.type === 'counter' && (!context.isOpenMetrics || family.openMetrics.type === 'counter')) {
    writeCounter(context, sample, sample.value);
  } else {
    writeNumber(context, sample, sample.value);
  }
}
