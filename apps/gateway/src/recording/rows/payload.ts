import { truncateUtf8 } from '@dcc-mcp/bounds';
import { estimateTokens, type TracePayload, withoutContent } from '@dcc-mcp/call-store';
import { RawJson } from '../../protocol/json/raw-json.ts';
import type { Packed, Unpacked } from './kept/packed.ts';
import { type HiddenPlaces, redactJson } from './redact-json.ts';

/** What is looked at behind the bound: a credential that the bound cuts in two would not look like one. */
const LOOK_AHEAD_CHARS = 1_024;

/** How much of a payload is kept. */
export interface PayloadRules extends HiddenPlaces {
  readonly maxBytes: number;
}

/** JSON as it came, or a value that is written now; absent where there is none, or none that JSON can hold. */
export function jsonText(content: unknown): string | undefined {
  if (content instanceof RawJson) {
    return content.text;
  }
  try {
    return content === undefined ? undefined : JSON.stringify(content);
  } catch {
    return undefined; // a cycle or a bigint; what is recorded must not fail what is done
  }
}

/** Redacts `json` and cuts it on a code point. Of a long one the beginning alone is looked at. */
export function toPayload(json: string, { maxBytes, paths }: PayloadRules): TracePayload {
  const size = Buffer.byteLength(json);
  // A character takes a byte at least, so that what is kept stands in the first `maxBytes` of them.
  const redacted = redactJson(json.slice(0, maxBytes + LOOK_AHEAD_CHARS), { paths });
  const { text, isTruncated } = truncateUtf8(redacted.text, maxBytes);
  const isCut = isTruncated || json.length > maxBytes + LOOK_AHEAD_CHARS;
  return payloadOf(text, { size, redactions: redacted.redactions, isTruncated: isCut });
}

/** A payload as it is kept; it may be without its content. */
export function packPayload({ content, original_size: size, redactions, truncated }: TracePayload): Unpacked {
  return { numbers: [size, redactions, Number(truncated), 0], text: content };
}

/** The same without its content. */
export function packEmptied(packed: Packed): Unpacked {
  return { numbers: [...packed.numbers.slice(0, -1), 1], text: '' };
}

/** The payload that was packed. */
export function unpackPayload(packed: Packed): TracePayload {
  const [size = 0, redactions = 0, isTruncated, isEmptied] = packed.numbers;
  const payload = payloadOf(packed.text, { size, redactions, isTruncated: isTruncated === 1 });
  return isEmptied === 1 ? withoutContent(payload) : payload;
}

interface PayloadFacts {
  /** Bytes before anything was cut. */
  readonly size: number;
  readonly redactions: number;
  readonly isTruncated: boolean;
}

function payloadOf(content: string, { size, redactions, isTruncated }: PayloadFacts): TracePayload {
  return {
    content,
    mime_type: 'application/json',
    truncated: isTruncated,
    original_size: size,
    estimated_tokens: estimateTokens(size),
    redactions,
  };
}
