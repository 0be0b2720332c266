import type { MetricTemporality } from '@dcc-mcp/telemetry-config';
import type { Attributes, HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  type DataPoint,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { subtractExponential } from './exponential-delta.ts';

type AnyPoint = DataPoint<number> | DataPoint<Histogram> | DataPoint<ExponentialHistogram>;

/** The cumulative points an exporter has sent last, by series. */
export type DeltaState = ReadonlyMap<string, AnyPoint>;

export interface DeltaResult {
  readonly metrics: ResourceMetrics;
  /** To keep for the next call once `metrics` has been accepted. */
  readonly state: DeltaState;
}

/**
 * Turns one cumulative collection into what happened since `previous` (OTel Metrics Data Model,
 * "Temporality"). Gauges and up-down counters pass unchanged; `lowmemory` leaves observable counters
 * cumulative as well. A series that began anew, or whose value fell, counts from its own start.
 * A series without news has no point.
 */
export function toDelta(
  current: ResourceMetrics,
  previous: DeltaState,
  temporality: Exclude<MetricTemporality, 'cumulative'>,
): DeltaResult {
  const state = new Map<string, AnyPoint>();
  const collections = { previous, state };
  const scopeMetrics = current.scopeMetrics.map((scope) => toScopeDelta(scope, collections, temporality));
  return {
    metrics: { resource: current.resource, scopeMetrics: scopeMetrics.filter((scope) => scope.metrics.length > 0) },
    state,
  };
}

/** What the last collection had, and what this one has, to be filled. */
interface Collections {
  readonly previous: DeltaState;
  readonly state: Map<string, AnyPoint>;
}

function toScopeDelta(
  { scope, metrics }: ScopeMetrics,
  collections: Collections,
  temporality: Exclude<MetricTemporality, 'cumulative'>,
): ScopeMetrics {
  const prefix = `${scope.name}\0${scope.version ?? ''}\0${scope.schemaUrl ?? ''}\0`;
  const converted = metrics.flatMap((metric) => {
    if (!isDifferenced(metric, temporality)) {
      return [metric];
    }
    const delta = toMetricDelta(metric, prefix, collections);
    return delta.dataPoints.length > 0 ? [delta] : [];
  });
  return { scope, metrics: converted };
}

function isDifferenced(metric: MetricData, temporality: 'delta' | 'lowmemory'): boolean {
  if (metric.dataPointType === DataPointType.GAUGE) {
    return false;
  }
  if (metric.dataPointType !== DataPointType.SUM) {
    return true;
  }
  if (!metric.isMonotonic) {
    return false;
  }
  return temporality === 'delta' || !isObservable(metric);
}

/** The SDK's descriptor carries the instrument's type, although its published type does not say so. */
function isObservable(metric: MetricData): boolean {
  return 'type' in metric.descriptor && metric.descriptor.type === InstrumentType.OBSERVABLE_COUNTER;
}

function seriesKey(prefix: string, metric: MetricData, attributes: Attributes): string {
  const sorted = Object.entries(attributes).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `${prefix}${metric.descriptor.name}\0${metric.dataPointType}\0${JSON.stringify(sorted)}`;
}

/** Keeps each point for the next time and turns it into what is new in it. */
type ConvertPoints = <Value extends AnyPoint['value']>(
  points: readonly (DataPoint<Value> & AnyPoint)[],
  subtract: (current: Value, previous: AnyPoint['value']) => Value,
) => DataPoint<Value>[];

function toMetricDelta(metric: MetricData, prefix: string, { previous, state }: Collections): MetricData {
  const convert: ConvertPoints = (points, subtract) =>
    points.flatMap((point) => {
      const key = seriesKey(prefix, metric, point.attributes);
      state.set(key, point);
      return toPointDelta(point, previous.get(key), subtract);
    });
  const aggregationTemporality = AggregationTemporality.DELTA;
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return { ...metric, aggregationTemporality, dataPoints: convert(metric.dataPoints, subtractHistogram) };
  }
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) {
    return { ...metric, aggregationTemporality, dataPoints: convert(metric.dataPoints, subtractScaled) };
  }
  if (metric.dataPointType === DataPointType.GAUGE) {
    return metric;
  }
  return { ...metric, aggregationTemporality, dataPoints: convert(metric.dataPoints, subtractNumber) };
}

function isSameTime(left: HrTime, right: HrTime): boolean {
  return left[0] === right[0] && left[1] === right[1];
}

function toPointDelta<Value extends AnyPoint['value']>(
  point: DataPoint<Value>,
  previous: AnyPoint | undefined,
  subtract: (current: Value, previous: AnyPoint['value']) => Value,
): DataPoint<Value>[] {
  if (previous === undefined || !isSameTime(previous.startTime, point.startTime)) {
    return [point];
  }
  const change = countOf(point.value) - countOf(previous.value);
  if (change === 0) {
    return [];
  }
  if (change < 0) {
    return [point];
  }
  return [{ ...point, startTime: previous.endTime, value: subtract(point.value, previous.value) }];
}

function countOf(value: AnyPoint['value']): number {
  return typeof value === 'number' ? value : value.count;
}

function subtractNumber(current: number, previous: AnyPoint['value']): number {
  return current - countOf(previous);
}

function subtractScaled(current: ExponentialHistogram, previous: AnyPoint['value']): ExponentialHistogram {
  return typeof previous === 'object' && 'scale' in previous ? subtractExponential(current, previous) : current;
}

function subtractHistogram(current: Histogram, previous: AnyPoint['value']): Histogram {
  if (typeof previous === 'number' || !('buckets' in previous)) {
    return current;
  }
  const counts = current.buckets.counts.map((count, index) => count - (previous.buckets.counts[index] ?? 0));
  const sum = current.sum === undefined ? undefined : current.sum - (previous.sum ?? 0);
  return {
    buckets: { boundaries: current.buckets.boundaries, counts },
    count: current.count - previous.count,
    ...(sum === undefined ? {} : { sum }),
  };
}
