import protobuf from 'protobufjs';

/*
 * Field numbers and types of opentelemetry-proto 1.x
 * (https://github.com/open-telemetry/opentelemetry-proto), one message a line:
 * `name: 'number type'`, a leading `*` for a repeated field, `?` for one whose presence counts (members of a
 * oneof and `optional`): there, zero is a value. Enumerations travel as int32.
 */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AnyValue: {
    stringValue: '1 ?string',
    boolValue: '2 ?bool',
    intValue: '3 ?int64',
    doubleValue: '4 ?double',
    arrayValue: '5 ?ArrayValue',
    kvlistValue: '6 ?KeyValueList',
    bytesValue: '7 ?bytes',
  },
  ArrayValue: { values: '1 *AnyValue' },
  KeyValueList: { values: '1 *KeyValue' },
  KeyValue: { key: '1 string', value: '2 AnyValue' },
  Scope: { name: '1 string', version: '2 string', attributes: '3 *KeyValue', droppedAttributesCount: '4 uint32' },
  EntityRef: { schemaUrl: '1 string', type: '2 string', idKeys: '3 *string', descriptionKeys: '4 *string' },
  Resource: { attributes: '1 *KeyValue', droppedAttributesCount: '2 uint32', entityRefs: '3 *EntityRef' },

  ExportTraceServiceRequest: { resourceSpans: '1 *ResourceSpans' },
  ResourceSpans: { resource: '1 Resource', scopeSpans: '2 *ScopeSpans', schemaUrl: '3 string' },
  ScopeSpans: { scope: '1 Scope', spans: '2 *Span', schemaUrl: '3 string' },
  Span: {
    traceId: '1 bytes',
    spanId: '2 bytes',
    traceState: '3 string',
    parentSpanId: '4 bytes',
    name: '5 string',
    kind: '6 int32',
    startTimeUnixNano: '7 fixed64',
    endTimeUnixNano: '8 fixed64',
    attributes: '9 *KeyValue',
    droppedAttributesCount: '10 uint32',
    events: '11 *SpanEvent',
    droppedEventsCount: '12 uint32',
    links: '13 *SpanLink',
    droppedLinksCount: '14 uint32',
    status: '15 SpanStatus',
    flags: '16 fixed32',
  },
  SpanEvent: {
    timeUnixNano: '1 fixed64',
    name: '2 string',
    attributes: '3 *KeyValue',
    droppedAttributesCount: '4 uint32',
  },
  SpanLink: {
    traceId: '1 bytes',
    spanId: '2 bytes',
    traceState: '3 string',
    attributes: '4 *KeyValue',
    droppedAttributesCount: '5 uint32',
    flags: '6 fixed32',
  },
  SpanStatus: { message: '2 string', code: '3 int32' },

  ExportMetricsServiceRequest: { resourceMetrics: '1 *ResourceMetrics' },
  ResourceMetrics: { resource: '1 Resource', scopeMetrics: '2 *ScopeMetrics', schemaUrl: '3 string' },
  ScopeMetrics: { scope: '1 Scope', metrics: '2 *Metric', schemaUrl: '3 string' },
  Metric: {
    name: '1 string',
    description: '2 string',
    unit: '3 string',
    gauge: '5 Gauge',
    sum: '7 Sum',
    histogram: '9 Histogram',
    exponentialHistogram: '10 ExponentialHistogram',
    summary: '11 Summary',
    metadata: '12 *KeyValue',
  },
  Gauge: { dataPoints: '1 *NumberDataPoint' },
  Sum: { dataPoints: '1 *NumberDataPoint', aggregationTemporality: '2 int32', isMonotonic: '3 bool' },
  Histogram: { dataPoints: '1 *HistogramDataPoint', aggregationTemporality: '2 int32' },
  ExponentialHistogram: { dataPoints: '1 *ExponentialHistogramDataPoint', aggregationTemporality: '2 int32' },
  Summary: { dataPoints: '1 *SummaryDataPoint' },
  NumberDataPoint: {
    startTimeUnixNano: '2 fixed64',
    timeUnixNano: '3 fixed64',
    asDouble: '4 ?double',
    exemplars: '5 *Exemplar',
    asInt: '6 ?sfixed64',
    attributes: '7 *KeyValue',
    flags: '8 uint32',
  },
  HistogramDataPoint: {
    startTimeUnixNano: '2 fixed64',
    timeUnixNano: '3 fixed64',
    count: '4 fixed64',
    sum: '5 ?double',
    bucketCounts: '6 *fixed64',
    explicitBounds: '7 *double',
    exemplars: '8 *Exemplar',
    attributes: '9 *KeyValue',
    flags: '10 uint32',
    min: '11 ?double',
    max: '12 ?double',
  },
  ExponentialHistogramDataPoint: {
    attributes: '1 *KeyValue',
    startTimeUnixNano: '2 fixed64',
    timeUnixNano: '3 fixed64',
    count: '4 fixed64',
    sum: '5 ?double',
    scale: '6 sint32',
    zeroCount: '7 fixed64',
    positive: '8 Buckets',
    negative: '9 Buckets',
    flags: '10 uint32',
    exemplars: '11 *Exemplar',
    min: '12 ?double',
    max: '13 ?double',
    zeroThreshold: '14 double',
  },
  Buckets: { offset: '1 sint32', bucketCounts: '2 *uint64' },
  SummaryDataPoint: {
    startTimeUnixNano: '2 fixed64',
    timeUnixNano: '3 fixed64',
    count: '4 fixed64',
    sum: '5 ?double',
    quantileValues: '6 *ValueAtQuantile',
    attributes: '7 *KeyValue',
    flags: '8 uint32',
  },
  ValueAtQuantile: { quantile: '1 double', value: '2 double' },
  Exemplar: {
    timeUnixNano: '2 fixed64',
    asDouble: '3 ?double',
    spanId: '4 bytes',
    traceId: '5 bytes',
    asInt: '6 ?sfixed64',
    filteredAttributes: '7 *KeyValue',
  },

  ExportLogsServiceRequest: { resourceLogs: '1 *ResourceLogs' },
  ResourceLogs: { resource: '1 Resource', scopeLogs: '2 *ScopeLogs', schemaUrl: '3 string' },
  ScopeLogs: { scope: '1 Scope', logRecords: '2 *LogRecord', schemaUrl: '3 string' },
  LogRecord: {
    timeUnixNano: '1 fixed64',
    severityNumber: '2 int32',
    severityText: '3 string',
    body: '5 AnyValue',
    attributes: '6 *KeyValue',
    droppedAttributesCount: '7 uint32',
    flags: '8 fixed32',
    traceId: '9 bytes',
    spanId: '10 bytes',
    observedTimeUnixNano: '11 fixed64',
    eventName: '12 string',
  },

  ExportServiceResponse: { partialSuccess: '1 PartialSuccess' },
  PartialSuccess: { rejected: '1 int64', errorMessage: '2 string' },
};

function toField(text: string): protobuf.IField {
  const [number, type = ''] = text.split(' ');
  const id = Number(number);
  if (type.startsWith('?')) {
    return { id, type: type.slice(1), options: { proto3_optional: true } };
  }
  return type.startsWith('*') ? { id, type: type.slice(1), rule: 'repeated' } : { id, type };
}

/** Presence is what a oneof has: each field that needs it gets one of its own. */
function toType(fields: Readonly<Record<string, string>>): protobuf.IType {
  const entries = Object.entries(fields);
  const withPresence = entries.filter(([, text]) => text.includes('?')).map(([name]) => name);
  return {
    fields: Object.fromEntries(entries.map(([name, text]) => [name, toField(text)])),
    oneofs: Object.fromEntries(withPresence.map((name) => [`_${name}`, { oneof: [name] }])),
  };
}

const root = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(MESSAGES).map(([name, fields]) => [name, toType(fields)])),
});

/** Decodes one message of opentelemetry-proto to plain data: absent fields are absent, 64-bit numbers are decimal text, bytes are a `Buffer`. */
export function decodeOtlpMessage(message: string, bytes: Uint8Array): unknown {
  const type = root.lookupType(message);
  return type.toObject(type.decode(bytes), { longs: String, bytes: Buffer });
}

/** Encodes one message of opentelemetry-proto from plain data. */
export function encodeOtlpMessage(message: string, data: object): Uint8Array {
  const type = root.lookupType(message);
  return type.encode(type.fromObject(data)).finish();
}
