import type { HrTime } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';

/*
 * Values of OTLP as the JSON mapping of protobuf writes them (https://protobuf.dev/programming-guides/json): integers of 64
 * bits as text, doubles that are no number as "NaN", "Infinity" and "-Infinity", ids as hex (OTLP, "JSON Protobuf Encoding").
 */

/** A message; fields that are `undefined` are absent. */
export type JsonMessage = { readonly [field: string]: unknown };

const MIN_INT64 = -(2 ** 63);
const MAX_INT64 = 2 ** 63;

/** Whether a number is an integer of 64 bits. */
export function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= MIN_INT64 && value < MAX_INT64;
}

export function toJsonInt64(value: number): string {
  return BigInt(Math.trunc(value)).toString();
}

export function toJsonDouble(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** Half of a pair of surrogates is no text: decoders refuse the whole request for it. */
export function toJsonText(text: string): string {
  return text.toWellFormed();
}

export function toJsonTime([seconds, nanos]: HrTime): string {
  return (BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanos))).toString();
}

/** Attributes as a list of `KeyValue`; numbers of the keys in `doubles` are doubles also when they are whole. */
export function toJsonAttributes(attributes: object, doubles?: ReadonlySet<string>): JsonMessage[] {
  return Object.entries(attributes).map(([key, value]: [string, unknown]) => ({
    key: toJsonText(key),
    value:
      typeof value === 'number' && doubles?.has(key) === true
        ? { doubleValue: toJsonDouble(value) }
        : toJsonAnyValue(value),
  }));
}

/** An `AnyValue`; what OTLP has no type for becomes an empty one. */
export function toJsonAnyValue(value: unknown): JsonMessage {
  if (typeof value === 'string') {
    return { stringValue: toJsonText(value) };
  }
  if (typeof value === 'boolean') {
    return { boolValue: value };
  }
  if (typeof value === 'number') {
    return isInt64(value) ? { intValue: toJsonInt64(value) } : { doubleValue: toJsonDouble(value) };
  }
  return typeof value === 'object' && value !== null ? toJsonObject(value) : {};
}

function toJsonObject(value: object): JsonMessage {
  if (value instanceof Uint8Array) {
    return { bytesValue: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') };
  }
  return Array.isArray(value)
    ? { arrayValue: { values: value.map(toJsonAnyValue) } }
    : { kvlistValue: { values: toJsonAttributes(value) } };
}

export function toJsonScope({ name, version }: InstrumentationScope): JsonMessage {
  return { name: toJsonText(name), version };
}

export function toJsonResource({ attributes }: Resource): JsonMessage {
  return { attributes: toJsonAttributes(attributes) };
}

const encoder = new TextEncoder();

export function toJsonBody(message: JsonMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}
