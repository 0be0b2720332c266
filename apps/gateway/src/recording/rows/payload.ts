import { truncateUtf8 } from '@dcc-mcp/bounds';
import { estimateTokens, type TracePayload } from '@dcc-mcp/call-store';
import { RawJson } from '../../protocol/json/raw-json.ts';
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
  return {
    content: ownText(text),
    mime_type: 'application/json',
    truncated: isTruncated || json.length > maxBytes + LOOK_AHEAD_CHARS,
    original_size: size,
    estimated_tokens: estimateTokens(size),
    redactions: redacted.redactions,
  };
}

/**
 * A copy: a piece of a text keeps the whole of it in memory (V8), here that of a request or an answer. To take a piece of two
 * joined texts writes them anew, in a quarter of the time that a way over bytes takes.
 */
export function ownText(text: string): string {
  return ` ${text.toWellFormed()}`.slice(1);
}
