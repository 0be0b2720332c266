/** A text that keeps a bound in bytes, and whether something had to go for it. */
export interface BoundedText {
  readonly text: string;
  readonly isTruncated: boolean;
}

const encoder = new TextEncoder();

/**
 * Cuts `text` to at most `maxBytes` of UTF-8, never inside a code point.
 *
 * @param maxBytes Bound in bytes (not characters); a non-negative integer.
 * @throws {RangeError} When `maxBytes` is negative or not an integer.
 */
export function truncateUtf8(text: string, maxBytes: number): BoundedText {
  if (!Number.isInteger(maxBytes) || maxBytes < 0) {
    throw new RangeError(`maxBytes must be a non-negative integer, got ${maxBytes}`);
  }
  // One UTF-16 unit is never more than three bytes, so most texts need no walk.
  if (text.length * 3 <= maxBytes) {
    return { text, isTruncated: false };
  }
  // It stops before the code point that does not fit, and takes a lone surrogate for U+FFFD.
  const { read } = encoder.encodeInto(text, new Uint8Array(maxBytes));
  return read === text.length ? { text, isTruncated: false } : { text: text.slice(0, read), isTruncated: true };
}
