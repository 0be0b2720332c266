import type { Attributes } from '@opentelemetry/api';
import type { DataPointType, ExponentialHistogram } from '@opentelemetry/sdk-metrics';
import type { Exemplar } from '../../families/exemplar.ts';
import { toLabelValue } from '../../families/label-value.ts';
import { isHistogram, type SampleValue } from '../../families/sample.ts';

/** A number, or the name of one that JSON does not have: `NaN`, `Infinity`, `-Infinity`. */
type WireNumber = number | string;

/** Attributes with their values as labels have them. */
type WireAttributes = Readonly<Record<string, string>>;

/** What is said of a metric once. */
export interface WireMetric {
  readonly id: number;
  readonly scope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string };
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly dataPointType: DataPointType;
  readonly isMonotonic: boolean;
}

/** What is said of a series once. */
export interface WireSeries {
  readonly id: number;
  /** Id of its metric. */
  readonly metric: number;
  readonly attributes: WireAttributes;
  /** When counting began, in epoch milliseconds. */
  readonly startMillis: number;
  readonly boundaries?: number[];
}

interface WireHistogram {
  readonly count: number;
  readonly sum?: WireNumber;
  readonly counts: number[];
}

type WireBuckets = readonly [offset: number, counts: readonly number[]];

interface WireExponential {
  readonly count: number;
  readonly sum?: WireNumber;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: WireBuckets;
  readonly negative: WireBuckets;
}

interface WireExemplar {
  readonly bucket: number;
  readonly value: WireNumber;
  readonly timestampMillis: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes?: WireAttributes;
}

/** What a series measured, by its id. */
export type WireValue = readonly [
  series: number,
  value: WireNumber | WireHistogram | WireExponential,
  exemplars?: readonly WireExemplar[],
];

/** Attributes as they are shown: values that would become the same label are the same. */
export function toWireAttributes(attributes: Attributes | Readonly<Record<string, unknown>>): WireAttributes {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, toLabelValue(value)]));
}

export function toWireValue(value: SampleValue): WireValue[1] {
  if (typeof value === 'number') {
    return toWireNumber(value);
  }
  const sum = value.sum === undefined ? {} : { sum: toWireNumber(value.sum) };
  if (isHistogram(value)) {
    return { count: value.count, counts: [...value.buckets.counts], ...sum };
  }
  const { count, scale, zeroCount, positive, negative } = value;
  return { count, scale, zeroCount, positive: toWireBuckets(positive), negative: toWireBuckets(negative), ...sum };
}

/** @param boundaries Those of the series; only a histogram with fixed ones has any. */
export function fromWireValue(value: WireValue[1], boundaries: number[]): SampleValue {
  if (typeof value !== 'object') {
    return Number(value);
  }
  const sum = value.sum === undefined ? {} : { sum: Number(value.sum) };
  if ('counts' in value) {
    const { count, counts } = value;
    return { count, buckets: { boundaries, counts }, ...sum };
  }
  const { count, scale, zeroCount, positive, negative } = value;
  return { count, scale, zeroCount, positive: fromWireBuckets(positive), negative: fromWireBuckets(negative), ...sum };
}

export function toWireExemplars(exemplars: readonly (Exemplar | undefined)[] | undefined): WireExemplar[] {
  return (exemplars ?? []).flatMap((exemplar, bucket) => {
    if (exemplar === undefined) {
      return [];
    }
    const { value, attributes, ...rest } = exemplar;
    return [
      {
        ...rest,
        bucket,
        value: toWireNumber(value),
        ...(attributes !== undefined && { attributes: toWireAttributes(attributes) }),
      },
    ];
  });
}

export function fromWireExemplars(exemplars: readonly WireExemplar[] = []): (Exemplar | undefined)[] | undefined {
  if (exemplars.length === 0) {
    return undefined;
  }
  const all: (Exemplar | undefined)[] = [];
  for (const { bucket, value, ...rest } of exemplars) {
    all[bucket] = { ...rest, value: Number(value) };
  }
  return Array.from(all);
}

function toWireNumber(value: number): WireNumber {
  return Number.isFinite(value) ? value : String(value);
}

function toWireBuckets({ offset, bucketCounts }: ExponentialHistogram['positive']): WireBuckets {
  return [offset, [...bucketCounts]];
}

function fromWireBuckets([offset, counts]: WireBuckets): ExponentialHistogram['positive'] {
  return { offset, bucketCounts: [...counts] };
}
