import { isExemplar, newestExemplar, placeByValue, toExemplarLabels, type Exemplar } from '../families/exemplar.ts';
import { LabelSet } from '../families/label-set.ts';
import { toHistogram } from '../families/merge-values.ts';
import { isExponentialHistogram, type Sample, type SampleValue } from '../families/sample.ts';
import type { BucketPlan, BucketPlans } from './bucket-plan.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { SampleName, SampleNames } from './sample-names.ts';

/** Where the lines of one family go and how they are written. */
export interface LineContext {
  readonly out: ByteWriter;
  readonly names: SampleNames;
  readonly plans: BucketPlans;
  readonly isOpenMetrics: boolean;
  /** Whether `_created` lines follow. */
  readonly hasCreated: boolean;
  /** Finds the exemplars of a series. */
  readonly exemplarsOf: (sample: Sample) => readonly (Exemplar | undefined)[] | undefined;
}

type Buckets = Exclude<SampleValue, number>;

const LINE_FEED = 10;
const SPACE = 32;
const LE = new TextEncoder().encode('le="');
const COMMA_LE = new TextEncoder().encode(',le="');
const CLOSE = new TextEncoder().encode('} ');

/** Writes the line of a gauge, an info or a counter that OpenMetrics calls `unknown`. */
export function writeNumber(context: LineContext, sample: Sample, value: number): void {
  writeHead(context.out, context.names.value, sample.labels);
  context.out.number(value);
  context.out.byte(LINE_FEED);
}

/**
 * Writes the lines of a counter. In OpenMetrics a counter that is no number or below zero is left out: with it the
 * whole text would be invalid.
 */
export function writeCounter(context: LineContext, sample: Sample, value: number): void {
  if (context.isOpenMetrics && !(value >= 0)) {
    return;
  }
  writeHead(context.out, context.names.value, sample.labels);
  context.out.number(value);
  writeExemplar(context.out, context.exemplarsOf(sample)?.[0]);
  context.out.byte(LINE_FEED);
  writeCreated(context, sample);
}

/**
 * Writes the lines of a histogram. OpenMetrics has neither sum nor count for one that may have seen negative values,
 * its `+Inf` bucket says the count.
 */
export function writeHistogram(context: LineContext, sample: Sample, value: Buckets): void {
  const { out, names, isOpenMetrics } = context;
  const { buckets, sum } = toHistogram(value);
  const plan = context.plans.of(buckets.boundaries, buckets.counts.length);
  const total = writeBuckets(context, { sample, counts: buckets.counts, plan });
  const hasSum = sum !== undefined && (!isOpenMetrics || (sum >= 0 && !((buckets.boundaries[0] ?? 0) < 0)));
  if (hasSum) {
    writeHead(out, names.sum, sample.labels);
    out.number(sum);
    out.byte(LINE_FEED);
  }
  if (hasSum || !isOpenMetrics) {
    writeHead(out, names.count, sample.labels);
    out.number(total);
    out.byte(LINE_FEED);
  }
  writeCreated(context, sample);
}

interface BucketLines {
  readonly sample: Sample;
  readonly counts: readonly number[];
  readonly plan: BucketPlan;
}

/** Writes the bucket lines and returns the count of the last, which is that of the histogram. */
function writeBuckets(context: LineContext, { sample, counts, plan }: BucketLines): number {
  const { out, names } = context;
  const { text } = sample.labels;
  const exemplars = bucketExemplars(context, sample, plan);
  const start = out.length;
  out.bytes(names.bucket.openLabels);
  out.bytes(text);
  out.bytes(text.length > 0 ? COMMA_LE : LE);
  const prefixLength = out.length - start;
  let cumulative = 0;
  let bucket = 0;
  // Indexed on purpose: an iterator would allocate two objects per line, half of all garbage of a scrape.
  for (let line = 0; line < plan.tails.length; line += 1) {
    if (line > 0) {
      out.repeat(start, prefixLength);
    }
    out.bytes(plan.tails[line] ?? LE);
    for (const last = plan.lastBuckets[line] ?? 0; bucket <= last; bucket += 1) {
      cumulative += counts[bucket] ?? 0;
    }
    out.number(cumulative);
    if (exemplars !== undefined) {
      writeExemplar(out, exemplars[line]);
    }
    out.byte(LINE_FEED);
  }
  return cumulative;
}

/** The exemplar of each bucket line: the newest of the buckets it adds to the line before. */
function bucketExemplars(
  { exemplarsOf }: LineContext,
  sample: Sample,
  plan: BucketPlan,
): (Exemplar | undefined)[] | undefined {
  const found = exemplarsOf(sample);
  if (found === undefined) {
    return undefined;
  }
  const isPlaced = typeof sample.value === 'number' || !isExponentialHistogram(sample.value);
  const placed = isPlaced ? found : placeByValue(found, plan.bounds);
  let first = 0;
  return plan.lastBuckets.map((last, line) => {
    const candidates = isPlaced ? placed.slice(first, last + 1) : placed.slice(line, line + 1);
    first = last + 1;
    return newestExemplar(candidates);
  });
}

function writeHead(out: ByteWriter, name: SampleName, { text }: LabelSet): void {
  if (text.length === 0) {
    out.bytes(name.bare);
    return;
  }
  out.bytes(name.openLabels);
  out.bytes(text);
  out.bytes(CLOSE);
}

function writeExemplar(out: ByteWriter, exemplar: Exemplar | undefined): void {
  if (!isExemplar(exemplar)) {
    return;
  }
  out.ascii(' # {');
  out.bytes(new LabelSet(toExemplarLabels(exemplar)).text);
  out.bytes(CLOSE);
  out.number(exemplar.value);
  out.byte(SPACE);
  writeSeconds(out, exemplar.timestampMillis);
}

function writeCreated({ out, names, hasCreated }: LineContext, sample: Sample): void {
  if (!hasCreated || !(sample.startTimeMillis > 0)) {
    return;
  }
  writeHead(out, names.created, sample.labels);
  writeSeconds(out, sample.startTimeMillis);
  out.byte(LINE_FEED);
}

function writeSeconds(out: ByteWriter, millis: number): void {
  out.ascii((millis / 1_000).toFixed(3));
}
