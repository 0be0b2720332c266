import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';

/** What the SDK promises of a metric, when nobody has checked it: sources may be written in plain JavaScript. */
type Unchecked<T> = { readonly [Key in keyof T]?: unknown };

const HISTOGRAMS: ReadonlySet<unknown> = new Set([DataPointType.HISTOGRAM, DataPointType.EXPONENTIAL_HISTOGRAM]);
const NUMBERS: ReadonlySet<unknown> = new Set([DataPointType.GAUGE, DataPointType.SUM]);

/**
 * What is wrong with a metric of a foreign source; `undefined` when nothing is. Of its points the first is looked at: a
 * source that makes one wrongly makes all of them so.
 */
export function explainMalformed({ descriptor, dataPoints, dataPointType }: MetricData): string | undefined {
  if (!isObject(descriptor) || !Array.isArray(dataPoints)) {
    return 'it has no descriptor or no list of data points';
  }
  const { name, unit, description }: Unchecked<MetricData['descriptor']> = descriptor;
  if ([name, unit, description].some((text) => typeof text !== 'string')) {
    return `name, unit or description of "${String(name)}" is no text`;
  }
  const [point]: readonly unknown[] = dataPoints;
  const reason = dataPoints.length === 0 ? undefined : explainPoint(point, dataPointType);
  return reason && `the points of "${String(name)}" ${reason}`;
}

function explainPoint(point: unknown, type: unknown): string | undefined {
  if (!isObject(point)) {
    return 'are no objects';
  }
  const { attributes, startTime, value }: Unchecked<MetricData['dataPoints'][number]> = point;
  if (!isObject(attributes) || !Array.isArray(startTime)) {
    return 'have no attributes or no start time';
  }
  const isFitting = HISTOGRAMS.has(type) ? isObject(value) : NUMBERS.has(type) && !isObject(value);
  return isFitting ? undefined : 'are not of the type it says';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
