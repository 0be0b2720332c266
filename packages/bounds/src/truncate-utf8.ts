/** A text that keeps a bound in bytes, and whether something had to go for it. */
export interface BoundedText {
  readonly text: string;
  readonly isTruncated: boolean;
}

/** How many UTF-8 bytes the code point that starts at `index` takes; a lone surrogate counts as U+FFFD. */
function utf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) {
    return 1;
  }
  if (codePoint < 0x8_00) {
    return 2;
  }
  return codePoint < 0x1_00_00 ? 3 : 4;
}

/** Index (in UTF-16 units) before which the text fits into `maxBytes`. */
function boundaryIndex(text: string, maxBytes: number): number {
  let bytes = 0;
  let index = 0;
  while (index < text.length) {
    const codePoint = text.codePointAt(index) ?? 0;
    bytes += utf8Bytes(codePoint);
    if (bytes > maxBytes) {
      return index;
    }
    index += codePoint > 0xff_ff ? 2 : 1;
  }
  return index;
}

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
  const end = boundaryIndex(text, maxBytes);
  return end === text.length ? { text, isTruncated: false } : { text: text.slice(0, end), isTruncated: true };
}
