import {
  decodeRequest,
  flattenSignal,
  toAttributes,
  toBigInt,
  toHex,
  toMessage,
  toMessages,
  toNumber,
  toText,
  type DecodedAttributes,
  type DecodedResource,
  type DecodedScope,
  type RawMessage,
} from './otlp-decode.ts';

export type DecodedMetricType = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'summary' | 'none';

export interface DecodedExemplar {
  readonly value: number;
  readonly timeUnixNano: bigint;
  readonly traceId: string;
  readonly spanId: string;
  readonly filteredAttributes: DecodedAttributes;
}

export interface DecodedBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

/** One data point of any metric type; what the type does not have is absent. */
export interface DecodedDataPoint {
  readonly attributes: DecodedAttributes;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  readonly flags: number;
  readonly exemplars: readonly DecodedExemplar[];
  /** Gauge and sum. */
  readonly value?: number;
  /** Histograms and summary. */
  readonly count?: number;
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly zeroThreshold?: number;
  readonly positive?: DecodedBuckets;
  readonly negative?: DecodedBuckets;
}

/** One metric of one scope as it arrived. */
export interface DecodedMetric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly type: DecodedMetricType;
  readonly temporality?: 'UNSPECIFIED' | 'DELTA' | 'CUMULATIVE';
  readonly isMonotonic?: boolean;
  readonly dataPoints: readonly DecodedDataPoint[];
  readonly resource: DecodedResource;
  readonly scope: DecodedScope;
}

const TEMPORALITIES = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'] as const;
const DATA_FIELDS = {
  gauge: 'gauge',
  sum: 'sum',
  histogram: 'histogram',
  exponentialHistogram: 'exponential_histogram',
  summary: 'summary',
} as const satisfies Record<string, DecodedMetricType>;
const NUMBER_FIELDS = ['count', 'sum', 'min', 'max', 'scale', 'zeroCount', 'zeroThreshold'] as const;
const LIST_FIELDS = ['bucketCounts', 'explicitBounds'] as const;
const BUCKET_FIELDS = ['positive', 'negative'] as const;

function toNumbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}

function toExemplar(raw: RawMessage): DecodedExemplar {
  return {
    value: toNumber(raw['asInt'] ?? raw['asDouble']),
    timeUnixNano: toBigInt(raw['timeUnixNano']),
    traceId: toHex(raw['traceId']),
    spanId: toHex(raw['spanId']),
    filteredAttributes: toAttributes(raw['filteredAttributes']),
  };
}

function toBuckets(raw: RawMessage): DecodedBuckets {
  return { offset: toNumber(raw['offset']), bucketCounts: toNumbers(raw['bucketCounts']) };
}

function toDataPoint(raw: RawMessage): DecodedDataPoint {
  const number = raw['asInt'] ?? raw['asDouble'];
  const present = <Value>(names: readonly string[], convert: (value: unknown) => Value) =>
    Object.fromEntries(names.filter((name) => name in raw).map((name) => [name, convert(raw[name])]));
  return {
    attributes: toAttributes(raw['attributes']),
    startTimeUnixNano: toBigInt(raw['startTimeUnixNano']),
    timeUnixNano: toBigInt(raw['timeUnixNano']),
    flags: toNumber(raw['flags']),
    exemplars: toMessages(raw['exemplars']).map(toExemplar),
    ...(number === undefined ? {} : { value: Number(number) }),
    ...present(NUMBER_FIELDS, toNumber),
    ...present(LIST_FIELDS, toNumbers),
    ...present(BUCKET_FIELDS, (value) => toBuckets(toMessage(value))),
  };
}

function toMetric(raw: RawMessage, resource: DecodedResource, scope: DecodedScope): DecodedMetric {
  const [field, type] = Object.entries(DATA_FIELDS).find(([name]) => name in raw) ?? ['', 'none' as const];
  const data = toMessage(raw[field]);
  const temporality = data['aggregationTemporality'];
  return {
    name: toText(raw['name']),
    description: toText(raw['description']),
    unit: toText(raw['unit']),
    type,
    ...(temporality === undefined ? {} : { temporality: TEMPORALITIES[toNumber(temporality)] ?? 'UNSPECIFIED' }),
    ...(type === 'sum' ? { isMonotonic: data['isMonotonic'] === true } : {}),
    dataPoints: toMessages(data['dataPoints']).map(toDataPoint),
    resource,
    scope,
  };
}

/** Decodes an `ExportMetricsServiceRequest`. */
export function decodeMetrics(body: Uint8Array, isJson = false): DecodedMetric[] {
  const request = decodeRequest('ExportMetricsServiceRequest', body, isJson);
  return flattenSignal(toMessages(request['resourceMetrics']), ['scopeMetrics', 'metrics'], toMetric);
}
