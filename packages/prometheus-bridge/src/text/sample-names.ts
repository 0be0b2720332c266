import { escapeText } from '../families/label-set.ts';
import type { MetricFamily } from '../families/metric-families.ts';
import { isPlainMetricName } from '../names/name-escaping.ts';

/** The bytes around the labels of a series: `open` labels `close`; `bare` is the whole when there are no labels. */
export interface SampleName {
  readonly open: Uint8Array;
  /** As `open`, when at least one label follows. */
  readonly openLabels: Uint8Array;
  readonly bare: Uint8Array;
}

const encoder = new TextEncoder();

/** The names of the series that one family writes, encoded once per scrape. */
export interface SampleNames {
  readonly value: SampleName;
  readonly bucket: SampleName;
  readonly sum: SampleName;
  readonly count: SampleName;
  readonly created: SampleName;
}

/** @param base Name of the family in the comment lines, which `_created` is built on. */
export function toSampleNames({ name }: MetricFamily, base: string): SampleNames {
  return {
    value: toSampleName(name),
    bucket: toSampleName(`${name}_bucket`),
    sum: toSampleName(`${name}_sum`),
    count: toSampleName(`${name}_count`),
    created: toSampleName(`${base}_created`),
  };
}

/** A name that is not plain stands quoted among the labels: `{"http.requests",code="200"}`. */
function toSampleName(name: string): SampleName {
  const isPlain = isPlainMetricName(name);
  const open = isPlain ? `${name}{` : `{"${escapeText(name)}"`;
  return {
    open: encoder.encode(open),
    openLabels: encoder.encode(isPlain ? open : `${open},`),
    bare: encoder.encode(isPlain ? `${name} ` : `${open}} `),
  };
}
