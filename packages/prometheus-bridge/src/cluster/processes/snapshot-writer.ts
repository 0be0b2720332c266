import type { Attributes } from '@opentelemetry/api';
import { DataPointType, type MetricData, type ResourceMetrics, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { ExemplarSource } from '../../families/exemplar.ts';
import { toLabelValue } from '../../families/label-value.ts';
import { toValue } from '../../families/merge-samples.ts';
import { isExpressible } from '../../families/metric-families.ts';
import { isHistogram, type SampleValue } from '../../families/sample.ts';
import type { ReportError } from '../../families/scrape-error.ts';
import { toMillis } from '../../families/time.ts';
import { toWireAttributes, toWireExemplars, toWireValue } from '../wire/wire-values.ts';
import type { WireMetric, WireSeries, WireValue } from '../wire/wire-values.ts';

/** What has changed since the snapshot before: definitions once, values when they are others. */
export interface Snapshot {
  readonly isFull: boolean;
  readonly resource: Readonly<Record<string, string>>;
  readonly metrics: WireMetric[];
  readonly series: WireSeries[];
  readonly values: WireValue[];
  readonly gone: number[];
}

interface KnownSeries {
  readonly id: number;
  /** Pass in which it was seen last; `GONE` when it was told that it is no more. */
  pass: number;
  /** Of a histogram its count and sum; a source may change the object that it gave. */
  sentValue: number | undefined;
  sentSum: number | undefined;
}

interface KnownMetric {
  readonly id: number;
  /** The SDK gives the same attribute object at every collection. */
  readonly byObject: WeakMap<Attributes, KnownSeries>;
  readonly byKey: Map<string, KnownSeries>;
}

interface Point {
  readonly attributes: Attributes;
  readonly startTime: [number, number];
  readonly value: unknown;
}

const GONE = 0;

/** Writes collections down as what has changed since the last one. */
export class SnapshotWriter {
  readonly #exemplars: ExemplarSource | undefined;
  readonly #report: ReportError;
  readonly #metrics = new Map<string, KnownMetric>();
  #nextId = 1;
  #pass = 0;
  #isFull = true;

  constructor(exemplars: ExemplarSource | undefined, report: ReportError) {
    this.#exemplars = exemplars;
    this.#report = report;
  }

  /** Makes the next snapshot one of everything. */
  forget(): void {
    this.#metrics.clear();
    this.#isFull = true;
  }

  write({ resource, scopeMetrics }: ResourceMetrics): Snapshot {
    const snapshot = {
      isFull: this.#isFull,
      resource: toWireAttributes(resource.attributes),
      metrics: [],
      series: [],
      values: [],
      gone: [],
    };
    this.#isFull = false;
    this.#pass += 1;
    for (const { scope, metrics } of scopeMetrics) {
      for (const metric of metrics) {
        if (isExpressible(metric, this.#report)) {
          this.#writeMetric(scope, metric, snapshot);
        }
      }
    }
    this.#dropUnseen(snapshot);
    return snapshot;
  }

  #writeMetric(scope: ScopeMetrics['scope'], metric: MetricData, snapshot: Snapshot): void {
    const known = this.#metricOf(scope, metric, snapshot);
    for (const point of metric.dataPoints as readonly Point[]) {
      const value = toValue(point.value);
      if (value === undefined) {
        continue;
      }
      const series = this.#seriesOf(known, { point, value }, snapshot);
      series.pass = this.#pass;
      if (isChanged(series, value)) {
        snapshot.values.push(this.#toValue(series.id, value, { point, instrument: metric.descriptor.name }));
      }
    }
  }

  #toValue(
    id: number,
    value: SampleValue,
    { point, instrument }: { readonly point: Point; readonly instrument: string },
  ): WireValue {
    const exemplars = toWireExemplars(this.#exemplars?.exemplars(instrument, point.attributes));
    return exemplars.length === 0 ? [id, toWireValue(value)] : [id, toWireValue(value), exemplars];
  }

  #metricOf(scope: ScopeMetrics['scope'], metric: MetricData, snapshot: Snapshot): KnownMetric {
    const { descriptor, dataPointType } = metric;
    const isMonotonic = metric.dataPointType === DataPointType.SUM && metric.isMonotonic;
    const parts = [scope.name, scope.version, scope.schemaUrl, descriptor.name, descriptor.unit];
    const key = JSON.stringify([...parts, dataPointType, isMonotonic]);
    const known = this.#metrics.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = { id: this.#id(), byObject: new WeakMap(), byKey: new Map() };
    this.#metrics.set(key, made);
    const { name, description, unit } = descriptor;
    const { version, schemaUrl } = scope;
    snapshot.metrics.push({
      id: made.id,
      scope: {
        name: scope.name,
        ...(version !== undefined && { version }),
        ...(schemaUrl !== undefined && { schemaUrl }),
      },
      name,
      description,
      unit,
      dataPointType,
      isMonotonic,
    });
    return made;
  }

  #seriesOf(
    metric: KnownMetric,
    { point, value }: { readonly point: Point; readonly value: SampleValue },
    snapshot: Snapshot,
  ): KnownSeries {
    const { attributes } = point;
    const boundaries = typeof value === 'object' && isHistogram(value) ? value.buckets.boundaries : undefined;
    const known = metric.byObject.get(attributes) ?? metric.byKey.get(toSeriesKey(attributes, boundaries));
    if (known !== undefined && known.pass !== GONE) {
      return known;
    }
    const made: KnownSeries = { id: this.#id(), pass: this.#pass, sentValue: undefined, sentSum: undefined };
    metric.byObject.set(attributes, made);
    metric.byKey.set(toSeriesKey(attributes, boundaries), made);
    snapshot.series.push({
      id: made.id,
      metric: metric.id,
      attributes: toWireAttributes(attributes),
      startMillis: toMillis(point.startTime),
      ...(boundaries !== undefined && { boundaries: [...boundaries] }),
    });
    return made;
  }

  #dropUnseen({ gone }: Snapshot): void {
    for (const { byKey } of this.#metrics.values()) {
      for (const [key, series] of byKey) {
        if (series.pass !== this.#pass) {
          series.pass = GONE;
          byKey.delete(key);
          gone.push(series.id);
        }
      }
    }
  }

  #id(): number {
    const id = this.#nextId;
    this.#nextId += 1;
    return id;
  }
}

/** Texts and numbers that look the same are two series here, as they are in the SDK. */
function toSeriesKey(attributes: Attributes, boundaries: readonly number[] | undefined): string {
  const entries = Object.entries(attributes).map(([key, value]) => [key, typeof value, toLabelValue(value)]);
  return JSON.stringify([entries.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)), boundaries]);
}

/** Whether something was recorded since the last time; a histogram counts all that is. Remembers what it saw. */
function isChanged(series: KnownSeries, now: SampleValue): boolean {
  const value = typeof now === 'number' ? now : now.count;
  const sum = typeof now === 'number' ? undefined : now.sum;
  if (Object.is(series.sentValue, value) && Object.is(series.sentSum, sum)) {
    return false;
  }
  series.sentValue = value;
  series.sentSum = sum;
  return true;
}
