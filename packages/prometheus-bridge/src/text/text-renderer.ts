import { escapeText } from '../families/label-set.ts';
import type { MetricFamily } from '../families/metric-families.ts';
import { CHUNK_BYTES, type Renderer, type SerializeOptions } from '../families/renderer.ts';
import type { Sample } from '../families/sample.ts';
import { isPlainMetricName } from '../names/name-escaping.ts';
import { BucketPlans } from './bucket-plan.ts';
import { ByteWriter } from './byte-writer.ts';
import { toSampleNames } from './sample-names.ts';
import type { TextDialect } from './text-dialect.ts';
import { writeCounter, writeHistogram, writeNumber, type LineContext } from './text-samples.ts';

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
