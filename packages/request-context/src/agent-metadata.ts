import { truncateUtf8 } from '@dcc-mcp/bounds';
import { isRecord } from './carrier-input.ts';
import { isSensitiveKey } from './redact-text.ts';
import { sanitiseText } from './sanitise-text.ts';

/** Bound of `agent_context.metadata`, in bytes of JSON. */
const MAX_METADATA_BYTES = 8192;

const MAX_DEPTH = 8;
const PREVIEW_BYTES = 4000;

export interface SanitisedMetadata {
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How many high-sensitivity keys were removed. */
  readonly removedKeys: number;
}

/**
 * Removes high-sensitivity keys at any depth, sanitises texts, and keeps the result within 8 KiB of JSON: a larger one
 * becomes `{ truncated, original_size, preview }`. Nesting below eight levels is left out.
 */
export function sanitiseMetadata(value: Readonly<Record<string, unknown>>): SanitisedMetadata {
  const counter = { removed: 0 };
  const metadata = sanitiseRecord(value, 0, counter);
  const json = JSON.stringify(metadata);
  const { isTruncated } = truncateUtf8(json, MAX_METADATA_BYTES);
  return { metadata: isTruncated ? toPreview(json) : metadata, removedKeys: counter.removed };
}

function toPreview(json: string): Readonly<Record<string, unknown>> {
  const originalSize = new TextEncoder().encode(json).length;
  return { truncated: true, original_size: originalSize, preview: truncateUtf8(json, PREVIEW_BYTES).text };
}

type Counter = { removed: number };

function sanitiseRecord(
  value: Readonly<Record<string, unknown>>,
  depth: number,
  counter: Counter,
): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (isSensitiveKey(key)) {
      counter.removed += 1;
    } else {
      entries.push([sanitiseText(key, 256), sanitiseValue(item, depth + 1, counter)]);
    }
  }
  return Object.fromEntries(entries);
}

function sanitiseValue(value: unknown, depth: number, counter: Counter): unknown {
  if (typeof value === 'string') {
    return sanitiseText(value);
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
    return value;
  }
  if (depth > MAX_DEPTH) {
    return undefined;
  }
  if (Array.isArray(value)) {
    return value.map((item) => sanitiseValue(item, depth + 1, counter));
  }
  return isRecord(value) ? sanitiseRecord(value, depth, counter) : undefined;
}
