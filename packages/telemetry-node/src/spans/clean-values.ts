import type { AnyValue, Attributes } from '@opentelemetry/api';
import { cleanAttributes, isAnyValue } from '@opentelemetry/core';

/** Decoders of protobuf give up at a hundred messages inside each other, and one level of a map is three. */
const MAX_DEPTH = 16;
/** Values inside one value: lists that hold each other are few objects and many values. */
const MAX_VALUES = 10_000;
/** The longest text of any record, in UTF-16 units: a collector refuses requests of some MiB. */
export const MAX_TEXT_LENGTH: number = 1_048_576;

/** Limits of the attributes of one event, link or log record, as the SDK's functions take them. */
export interface PartLimits {
  readonly attributeCountLimit: number;
  readonly attributeValueLengthLimit: number;
}

/** What is kept of given attributes; both absent where none were given. */
export interface CleanedAttributes {
  readonly attributes?: Attributes;
  readonly droppedAttributesCount?: number;
}

/** The SDK's `cleanAttributes`, or its stricter sister. */
type Clean = (attributes: Attributes, limits: PartLimits) => CleanedAttributes;

/** Whether a value ends somewhere near: not in a circle, not too deep, not too wide. Never throws. */
export function isBounded(value: unknown): boolean {
  try {
    return countValues(value, MAX_DEPTH, MAX_VALUES) >= 0;
  } catch {
    // A getter threw.
    return false;
  }
}

/** What is left of `budget` after the values of `value`; below zero when there are too many, or when they lie too deep. */
function countValues(value: unknown, depth: number, budget: number): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) {
    return budget - 1;
  }
  if (depth === 0) {
    return -1;
  }
  let left = budget - 1;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    left = countValues(item, depth - 1, left);
    if (left < 0) {
      return left;
    }
  }
  return left;
}

/** A value as OTLP can carry it, its texts cut; `undefined` when it has no form there. Never throws. */
export function cleanValue(value: unknown, maxLength: number): AnyValue {
  try {
    const limits = { attributeCountLimit: 1, attributeValueLengthLimit: maxLength };
    return isBounded(value) && isAnyValue(value) ? cleanAttributes({ value }, limits).attributes?.['value'] : undefined;
  } catch {
    return undefined;
  }
}

/** The attributes that OTLP can carry; those that it can't are left out and counted. Never throws. */
export function cleanPart(attributes: unknown, limits: PartLimits, clean: Clean): CleanedAttributes {
  if (typeof attributes !== 'object' || attributes === null) {
    return {};
  }
  const entries = keysOf(attributes).map((key) => readEntry(attributes, key));
  const kept = entries.filter((entry) => entry !== undefined);
  const cleaned = clean(Object.fromEntries(kept), limits);
  const lost = entries.length - kept.length;
  return { ...cleaned, droppedAttributesCount: (cleaned.droppedAttributesCount ?? 0) + lost };
}

/** Its own keys; none when a proxy's trap throws. */
export function keysOf(attributes: object): string[] {
  try {
    return Object.keys(attributes);
  } catch {
    return [];
  }
}

function readEntry(attributes: object, key: string): [string, AnyValue] | undefined {
  try {
    const value: AnyValue = Reflect.get(attributes, key);
    return isBounded(value) ? [key, value] : undefined;
  } catch {
    return undefined;
  }
}

/** A name or a description as text, cut where it is endless. Never throws. */
export function toText(value: unknown): string {
  if (typeof value === 'string' && value.length <= MAX_TEXT_LENGTH) {
    return value;
  }
  try {
    return describe(value).slice(0, MAX_TEXT_LENGTH);
  } catch {
    return '';
  }
}

/** A list writes out all that it holds, which may have no end: of an object only the kind is told. */
function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  return value instanceof Error ? `${value.name}: ${value.message}` : Object.prototype.toString.call(value);
}
