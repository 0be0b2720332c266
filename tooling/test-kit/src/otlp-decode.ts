import { decodeOtlpMessage } from './otlp-descriptor.ts';

/** A decoded attribute value: text, number (`bigint` past 2^53), boolean, bytes, list, map, or `null` for an empty value. */
export type DecodedValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly DecodedValue[]
  | { readonly [key: string]: DecodedValue };

export type DecodedAttributes = { readonly [key: string]: DecodedValue };

export interface DecodedResource {
  readonly attributes: DecodedAttributes;
  readonly schemaUrl: string;
}

export interface DecodedScope {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
  readonly attributes: DecodedAttributes;
}

export type DecodedSpanKind = 'UNSPECIFIED' | 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER';

export interface DecodedSpanEvent {
  readonly name: string;
  readonly timeUnixNano: bigint;
  readonly attributes: DecodedAttributes;
  readonly droppedAttributesCount: number;
}

export interface DecodedSpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: DecodedAttributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
}

/** One span as it arrived; ids are lower-case hex, an absent text is empty. */
export interface DecodedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: DecodedSpanKind;
  readonly startTimeUnixNano: bigint;
  readonly endTimeUnixNano: bigint;
  readonly attributes: DecodedAttributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly DecodedSpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly DecodedSpanLink[];
  readonly droppedLinksCount: number;
  readonly status: { readonly code: 'UNSET' | 'OK' | 'ERROR'; readonly message: string };
  readonly flags: number;
  readonly resource: DecodedResource;
  readonly scope: DecodedScope;
}

/** One log record as it arrived. */
export interface DecodedLogRecord {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: DecodedValue;
  readonly attributes: DecodedAttributes;
  readonly droppedAttributesCount: number;
  readonly flags: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly resource: DecodedResource;
  readonly scope: DecodedScope;
}

/** A message as protobuf reflection or `JSON.parse` gives it: field names in camelCase, absent fields absent. */
export type RawMessage = { readonly [field: string]: unknown };

const SPAN_KINDS: readonly DecodedSpanKind[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const STATUS_CODES = ['UNSET', 'OK', 'ERROR'] as const;

function isMessage(value: unknown): value is RawMessage {
  return typeof value === 'object' && value !== null;
}

export function toMessage(value: unknown): RawMessage {
  return isMessage(value) ? value : {};
}

export function toMessages(value: unknown): readonly RawMessage[] {
  return Array.isArray(value) ? value.map(toMessage) : [];
}

export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function toNumber(value: unknown): number {
  return value === undefined ? 0 : Number(value);
}

export function toBigInt(value: unknown): bigint {
  return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : 0n;
}

/** Protobuf carries ids as bytes, OTLP/JSON as hex text. */
export function toHex(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : toText(value).toLowerCase();
}

function toInteger(value: unknown): number | bigint {
  const exact = toBigInt(value);
  return exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER ? Number(exact) : exact;
}

export function toValue(raw: RawMessage): DecodedValue {
  if ('stringValue' in raw) {
    return toText(raw['stringValue']);
  }
  if ('boolValue' in raw) {
    return raw['boolValue'] === true;
  }
  if ('intValue' in raw) {
    return toInteger(raw['intValue']);
  }
  if ('doubleValue' in raw) {
    return Number(raw['doubleValue']);
  }
  if ('bytesValue' in raw) {
    return toBytes(raw['bytesValue']);
  }
  if ('arrayValue' in raw) {
    return toMessages(toMessage(raw['arrayValue'])['values']).map(toValue);
  }
  if ('kvlistValue' in raw) {
    return toAttributes(toMessage(raw['kvlistValue'])['values']);
  }
  return null;
}

function toBytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? Uint8Array.from(value) : Uint8Array.from(Buffer.from(toText(value), 'base64'));
}

export function toAttributes(value: unknown): DecodedAttributes {
  return Object.fromEntries(toMessages(value).map((pair) => [toText(pair['key']), toValue(toMessage(pair['value']))]));
}

export function toResource(raw: RawMessage): DecodedResource {
  return {
    attributes: toAttributes(toMessage(raw['resource'])['attributes']),
    schemaUrl: toText(raw['schemaUrl']),
  };
}

export function toScope(raw: RawMessage): DecodedScope {
  const scope = toMessage(raw['scope']);
  return {
    name: toText(scope['name']),
    version: toText(scope['version']),
    schemaUrl: toText(raw['schemaUrl']),
    attributes: toAttributes(scope['attributes']),
  };
}

function toEvent(raw: RawMessage): DecodedSpanEvent {
  return {
    name: toText(raw['name']),
    timeUnixNano: toBigInt(raw['timeUnixNano']),
    attributes: toAttributes(raw['attributes']),
    droppedAttributesCount: toNumber(raw['droppedAttributesCount']),
  };
}

function toLink(raw: RawMessage): DecodedSpanLink {
  return {
    traceId: toHex(raw['traceId']),
    spanId: toHex(raw['spanId']),
    traceState: toText(raw['traceState']),
    attributes: toAttributes(raw['attributes']),
    droppedAttributesCount: toNumber(raw['droppedAttributesCount']),
    flags: toNumber(raw['flags']),
  };
}

function toSpan(raw: RawMessage, resource: DecodedResource, scope: DecodedScope): DecodedSpan {
  const status = toMessage(raw['status']);
  return {
    traceId: toHex(raw['traceId']),
    spanId: toHex(raw['spanId']),
    parentSpanId: toHex(raw['parentSpanId']),
    traceState: toText(raw['traceState']),
    name: toText(raw['name']),
    kind: SPAN_KINDS[toNumber(raw['kind'])] ?? 'UNSPECIFIED',
    startTimeUnixNano: toBigInt(raw['startTimeUnixNano']),
    endTimeUnixNano: toBigInt(raw['endTimeUnixNano']),
    attributes: toAttributes(raw['attributes']),
    droppedAttributesCount: toNumber(raw['droppedAttributesCount']),
    events: toMessages(raw['events']).map(toEvent),
    droppedEventsCount: toNumber(raw['droppedEventsCount']),
    links: toMessages(raw['links']).map(toLink),
    droppedLinksCount: toNumber(raw['droppedLinksCount']),
    status: { code: STATUS_CODES[toNumber(status['code'])] ?? 'UNSET', message: toText(status['message']) },
    flags: toNumber(raw['flags']),
    resource,
    scope,
  };
}

function toLogRecord(raw: RawMessage, resource: DecodedResource, scope: DecodedScope): DecodedLogRecord {
  return {
    timeUnixNano: toBigInt(raw['timeUnixNano']),
    observedTimeUnixNano: toBigInt(raw['observedTimeUnixNano']),
    severityNumber: toNumber(raw['severityNumber']),
    severityText: toText(raw['severityText']),
    eventName: toText(raw['eventName']),
    body: toValue(toMessage(raw['body'])),
    attributes: toAttributes(raw['attributes']),
    droppedAttributesCount: toNumber(raw['droppedAttributesCount']),
    flags: toNumber(raw['flags']),
    traceId: toHex(raw['traceId']),
    spanId: toHex(raw['spanId']),
    resource,
    scope,
  };
}

/** Walks resource → scope → item, which all three signals share. */
export function flattenSignal<Item>(
  resources: readonly RawMessage[],
  [scopesField, itemsField]: readonly [scopes: string, items: string],
  convert: (raw: RawMessage, resource: DecodedResource, scope: DecodedScope) => Item,
): Item[] {
  return resources.flatMap((rawResource) => {
    const resource = toResource(rawResource);
    return toMessages(rawResource[scopesField]).flatMap((rawScope) => {
      const scope = toScope(rawScope);
      return toMessages(rawScope[itemsField]).map((raw) => convert(raw, resource, scope));
    });
  });
}

/** Decodes an OTLP request of `message` from protobuf or, when `isJson`, from OTLP/JSON. */
export function decodeRequest(message: string, body: Uint8Array, isJson: boolean): RawMessage {
  if (isJson) {
    return toMessage(JSON.parse(Buffer.from(body).toString('utf8')));
  }
  return toMessage(decodeOtlpMessage(message, body));
}

/** Decodes an `ExportTraceServiceRequest`. */
export function decodeTraces(body: Uint8Array, isJson = false): DecodedSpan[] {
  const request = decodeRequest('ExportTraceServiceRequest', body, isJson);
  return flattenSignal(toMessages(request['resourceSpans']), ['scopeSpans', 'spans'], toSpan);
}

/** Decodes an `ExportLogsServiceRequest`. */
export function decodeLogs(body: Uint8Array, isJson = false): DecodedLogRecord[] {
  const request = decodeRequest('ExportLogsServiceRequest', body, isJson);
  return flattenSignal(toMessages(request['resourceLogs']), ['scopeLogs', 'logRecords'], toLogRecord);
}
