import { truncateUtf8 } from '../truncate-utf8.ts';
import { isSensitiveKey } from './redact-text.ts';
import { sanitizeText } from './sanitize-text.ts';

/** Bound of the result, in bytes of JSON. */
const MAX_METADATA_BYTES = 8192;

const MAX_DEPTH = 8;
const PREVIEW_BYTES = 4000;

export interface SanitizedMetadata {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How many high-sensitivity keys were removed. */
  readonly removedKeys: number;
}

/**
 * Removes high-sensitivity keys at any depth, sanitizes texts, and keeps the result within 8 KiB of JSON: a larger one
 * becomes `{ truncated, original_size, preview }`. Nesting below eight levels is left out.
 */
export function sanitizeMetadata(value: Readonly<Record<string, unknown>>): SanitizedMetadata {
  const counter = { removed: 0 };
  const metadata = sanitizeRecord(value, 0, counter);
  const json = JSON.stringify(metadata);
  const { isTruncated } = truncateUtf8(json, MAX_METADATA_BYTES);
  return { metadata: isTruncated ? toPreview(json) : metadata, removedKeys: counter.removed };
}

function toPreview(json: string): Readonly<Record<string, unknown>> {
  const originalSize = new TextEncoder().encode(json).length;
  return { truncated: true, original_size: originalSize, preview: truncateUtf8(json, PREVIEW_BYTES).text };
}

type Counter = { removed: number };

function sanitizeRecord(
  value: Readonly<Record<string, unknown>>,
  depth: number,
  counter: Counter,
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (isSensitiveKey(key)) {
      counter.removed += 1;
    } else {
      entries.push([sanitizeText(key, 256), sanitizeValue(item, depth + 1, counter)]);
    }
  }
  return Object.fromEntries(entries);
}

function sanitizeValue(value: unknown, depth: number, counter: Counter): unknown {
  if (typeof value === 'string') {
    return sanitizeText(value);
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
    return value;
  }
  if (depth > MAX_DEPTH) {
    return undefined;
  }
  if (Array.isArray(value)) {
    return value.map((item) => sanitizeValue(item, depth + 1, counter));
  }
  return isRecord(value) ? sanitizeRecord(value, depth, counter) : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
