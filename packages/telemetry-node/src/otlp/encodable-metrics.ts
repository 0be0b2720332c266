import { ValueType, type Attributes } from '@opentelemetry/api';
import { DataPointType, type DataPoint, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { toPlainAttributes } from '../instruments/plain-attributes.ts';
import { isInt64 } from '../json/json-values.ts';

/**
 * The same metrics as every encoding can carry them: integers that don't fit 64 bits are doubles, attributes that have no
 * form are left out. What needs no repair is passed on as it is.
 */
export function toEncodableMetrics(metrics: ResourceMetrics): ResourceMetrics {
  return {
    resource: metrics.resource,
    scopeMetrics: metrics.scopeMetrics.map(({ scope, metrics: members }) => ({
      scope,
      metrics: members.map((metric) => withEncodableAttributes(withEncodableValues(metric))),
    })),
  };
}

function withEncodableValues(metric: MetricData): MetricData {
  const { dataPointType, descriptor, dataPoints } = metric;
  if (dataPointType !== DataPointType.SUM && dataPointType !== DataPointType.GAUGE) {
    return metric;
  }
  if (descriptor.valueType !== ValueType.INT || dataPoints.every(({ value }) => isInt64(value))) {
    return metric;
  }
  return { ...metric, descriptor: { ...descriptor, valueType: ValueType.DOUBLE } };
}

function withAttributes<Value>(points: DataPoint<Value>[], attributes: Attributes[]): DataPoint<Value>[] {
  return points.map((point, at) => ({ ...point, attributes: attributes[at] ?? {} }));
}

function withEncodableAttributes(metric: MetricData): MetricData {
  const attributes = metric.dataPoints.map((point) => toPlainAttributes(point.attributes));
  if (metric.dataPoints.every((point, at) => point.attributes === attributes[at])) {
    return metric;
  }
  if (metric.dataPointType === DataPointType.HISTOGRAM) {
    return { ...metric, dataPoints: withAttributes(metric.dataPoints, attributes) };
  }
  if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) {
    return { ...metric, dataPoints: withAttributes(metric.dataPoints, attributes) };
  }
  return { ...metric, dataPoints: withAttributes(metric.dataPoints, attributes) };
}
