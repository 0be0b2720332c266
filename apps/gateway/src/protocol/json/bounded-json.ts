import { scanJson, UnboundedJsonError } from './json-scanner.ts';

/** Reads JSON from outside. @throws {SyntaxError} When it is none, or nested deeper than 512 levels. */
export function parseBoundedJson(text: string): unknown {
  scanJson(text, 0);
  const value: unknown = JSON.parse(text);
  return value;
}

/** What is wrong with a text that is not taken as JSON, after "is". */
export function whyNotJson(error: unknown): string {
  return error instanceof UnboundedJsonError ? error.message : 'not valid JSON';
}

const BYTE_ORDER_MARK = 0xfe_ff;

/** Without the one byte order mark that a text may begin with (RFC 8259, section 8.1, lets readers ignore it). */
export function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}
