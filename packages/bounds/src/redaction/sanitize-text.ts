import { Memo } from '../memo.ts';
import { truncateUtf8 } from '../truncate-utf8.ts';
import { redactText } from './redact-text.ts';

/** Bound of a text taken from a caller, in bytes of UTF-8. */
const MAX_TEXT_BYTES = 2048;

// C0 (with tab and line breaks), DEL, C1, and the bidirectional controls that make a text lie about its order.
// oxlint-disable-next-line no-control-regex -- removing control characters is the purpose
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;
const MAX_SCANNED_CHARS = 16_384;

const MEMO_MAX_CHARS = 160;
const memo = new Memo<string>(4096);

/**
 * A text a caller sent, fit to be kept: well-formed, without control characters, credentials and e-mail addresses, and cut
 * to `maxBytes` of UTF-8 on a code point. Texts that come again and again (names, ids, models) are remembered.
 */
export function sanitizeText(text: string, maxBytes: number = MAX_TEXT_BYTES): string {
  if (text.length > MEMO_MAX_CHARS) {
    return clean(text, maxBytes);
  }
  const known = memo.get(text) ?? memo.set(text, clean(text, MAX_TEXT_BYTES));
  return known.length * 3 <= maxBytes ? known : truncateUtf8(known, maxBytes).text;
}

function clean(text: string, maxBytes: number): string {
  const plain = text.slice(0, MAX_SCANNED_CHARS).replaceAll(CONTROL, '').replaceAll(LONE_SURROGATE, '\uFFFD');
  return truncateUtf8(redactText(plain), maxBytes).text;
}
