import type { Attributes } from '@opentelemetry/api';
import { toLabelName, type NameTranslation } from '../names/metric-name.ts';
import type { Label } from './label-set.ts';
import { toLabelValue } from './label-value.ts';

/** Characters that all names and values of one exemplar may have together (OpenMetrics 1.0, "Exemplars"). */
const MAX_CHARACTERS = 128;
const PLAIN: NameTranslation = { strategy: 'UnderscoreEscapingWithSuffixes', escaping: 'underscores' };

/** One measurement kept beside an aggregate, with the span it was taken in. */
export interface Exemplar {
  /** The measured value, in the instrument's unit. */
  readonly value: number;
  /** When it was measured: milliseconds since the epoch. */
  readonly timestampMillis: number;
  /** Lower-case hex, 32 digits. */
  readonly traceId?: string;
  /** Lower-case hex, 16 digits. */
  readonly spanId?: string;
  /** Attributes of the measurement that the series does not carry. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Where a scrape finds exemplars: the SDK keeps none, so whoever records offers them in this shape. */
export interface ExemplarSource {
  /**
   * Gives the exemplars of one series, or nothing when there are none.
   *
   * A counter has at most one, at index 0. A histogram has one per bucket, by the bucket's index among the boundaries;
   * the last index is the bucket above the highest boundary.
   *
   * @param attributes The object the SDK kept for the series: the one given with its first measurement.
   */
  exemplars(instrumentName: string, attributes: Attributes): readonly (Exemplar | undefined)[] | undefined;
}

/**
 * The labels of an exemplar: `trace_id` and `span_id`, then the attributes of the measurement as long as all fit into
 * 128 characters (OTel Prometheus compatibility, "Exemplars").
 */
export function toExemplarLabels({ traceId, spanId, attributes = {} }: Exemplar): Label[] {
  const labels = new Map<string, string>();
  let characters = 0;
  const add = (name: string, value: string): void => {
    const size = lengthOf(name) + lengthOf(value);
    if (value === '' || labels.has(name) || characters + size > MAX_CHARACTERS) {
      return;
    }
    labels.set(name, value);
    characters += size;
  };
  add('trace_id', traceId ?? '');
  add('span_id', spanId ?? '');
  for (const key of Object.keys(attributes).toSorted()) {
    add(toLabelName(key, PLAIN), toLabelValue(attributes[key]));
  }
  return Array.from(labels, ([name, value]) => ({ name, value }));
}

/** Code points, as the limit counts them. */
function lengthOf(text: string): number {
  return text.length > MAX_CHARACTERS * 2 ? text.length : Array.from(text).length;
}

/** Whether an exemplar can be written: its value and its time are numbers. */
export function isExemplar(exemplar: Exemplar | undefined): exemplar is Exemplar {
  return exemplar !== undefined && Number.isFinite(exemplar.value) && Number.isFinite(exemplar.timestampMillis);
}

/** The one that was measured last; of none, none. */
export function newestExemplar(candidates: readonly (Exemplar | undefined)[]): Exemplar | undefined {
  let newest: Exemplar | undefined;
  for (const candidate of candidates) {
    if (isExemplar(candidate) && candidate.timestampMillis >= (newest?.timestampMillis ?? -Infinity)) {
      newest = candidate;
    }
  }
  return newest;
}

/** Sorts exemplars into buckets with the given upper bounds, the last of which is infinite. */
export function placeByValue(
  exemplars: readonly (Exemplar | undefined)[],
  bounds: readonly number[],
): (Exemplar | undefined)[] {
  const placed: (Exemplar | undefined)[] = bounds.map(() => undefined);
  for (const exemplar of exemplars.filter(isExemplar)) {
    const index = bounds.findIndex((bound) => exemplar.value <= bound);
    placed[index] = newestExemplar([placed[index], exemplar]);
  }
  return placed;
}
