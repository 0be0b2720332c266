import { ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type ExponentialHistogram,
  type Histogram,
  type MetricData,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  toJsonAttributes,
  toJsonBody,
  toJsonDouble,
  toJsonInt64,
  toJsonResource,
  toJsonScope,
  toJsonText,
  toJsonTime,
  type JsonMessage,
} from './json-values.ts';

const TEMPORALITIES = { [AggregationTemporality.DELTA]: 1, [AggregationTemporality.CUMULATIVE]: 2 } as const;

/** An `ExportMetricsServiceRequest`. */
export function toJsonMetrics({ resource, scopeMetrics }: ResourceMetrics): Uint8Array {
  return toJsonBody({
    resourceMetrics: [
      {
        resource: toJsonResource(resource),
        schemaUrl: resource.schemaUrl,
        scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
          scope: toJsonScope(scope),
          metrics: metrics.map(toJsonMetric),
          schemaUrl: scope.schemaUrl,
        })),
      },
    ],
  });
}

function toJsonMetric(metric: MetricData): JsonMessage {
  const { name, description, unit } = metric.descriptor;
  const texts = { name: toJsonText(name), description: toJsonText(description), unit: toJsonText(unit) };
  return { ...texts, ...toJsonData(metric) };
}

function toJsonData(metric: MetricData): JsonMessage {
  const aggregationTemporality = TEMPORALITIES[metric.aggregationTemporality];
  if (metric.dataPointType === DataPointType.GAUGE) {
    return { gauge: { dataPoints: toJsonNumbers(metric) } };
  }
  if (metric.dataPointType === DataPointType.SUM) {
    const { isMonotonic } = metric;
    return { sum: { aggregationTemporality, isMonotonic, dataPoints: toJsonNumbers(metric) } };
  }
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return { histogram: { aggregationTemporality, dataPoints: metric.dataPoints.map(toJsonHistogram) } };
  }
  const dataPoints = metric.dataPoints.map(toJsonExponential);
  return { exponentialHistogram: { aggregationTemporality, dataPoints } };
}

function toJsonNumbers({
  descriptor,
  dataPoints,
}: Extract<MetricData, { dataPoints: DataPoint<number>[] }>): JsonMessage[] {
  const isInteger = descriptor.valueType === ValueType.INT;
  return dataPoints.map((point) =>
    Object.assign(
      toJsonPoint(point),
      isInteger ? { asInt: toJsonInt64(point.value) } : { asDouble: toJsonDouble(point.value) },
    ),
  );
}

function toJsonPoint({ attributes, startTime, endTime }: DataPoint<unknown>): JsonMessage {
  return {
    attributes: toJsonAttributes(attributes),
    startTimeUnixNano: toJsonTime(startTime),
    timeUnixNano: toJsonTime(endTime),
  };
}

function toJsonHistogram(point: DataPoint<Histogram>): JsonMessage {
  const { buckets, ...summary } = point.value;
  return {
    ...toJsonPoint(point),
    ...toJsonSummary(summary),
    bucketCounts: buckets.counts.map(toJsonInt64),
    explicitBounds: buckets.boundaries.map(toJsonDouble),
  };
}

function toJsonExponential(point: DataPoint<ExponentialHistogram>): JsonMessage {
  const { positive, negative, scale, zeroCount } = point.value;
  return {
    ...toJsonPoint(point),
    ...toJsonSummary(point.value),
    scale,
    zeroCount: toJsonInt64(zeroCount),
    positive: toJsonBuckets(positive),
    negative: toJsonBuckets(negative),
  };
}

function toJsonBuckets({ offset, bucketCounts }: ExponentialHistogram['positive']): JsonMessage {
  return { offset, bucketCounts: bucketCounts.map(toJsonInt64) };
}

type Summary = Pick<Histogram, 'count' | 'sum' | 'min' | 'max'>;

function toDouble(value: number | undefined): number | string | undefined {
  return value === undefined ? undefined : toJsonDouble(value);
}

function toJsonSummary({ count, sum, min, max }: Summary): JsonMessage {
  return { count: toJsonInt64(count), sum: toDouble(sum), min: toDouble(min), max: toDouble(max) };
}
