import { isSecretKey, REDACTED, redactText, sanitizeText } from '@dcc-mcp/bounds/redaction';
import { isRecord } from '@dcc-mcp/request-context';

/** Text of `input.value` or `output.value`, with its media type. */
export interface ContentText {
  readonly value: string;
  readonly mimeType: 'application/json' | 'text/plain';
}

/** Bound of captured content, in characters of its text. */
const MAX_CONTENT_CHARS = 16_384;
const MAX_NAMES = 32;
const MAX_NAME_BYTES = 64;
const MAX_DEPTH = 32;

/** JSON that is at hand as text. Its value is made for whoever captures content, and for nobody else. */
export interface JsonContent {
  readonly text: string;
  /** Bytes of `text` in UTF-8. */
  readonly bytes: number;
  /** Names of the members of an object, as its value has them; of anything else none. */
  readonly names: readonly string[];
  readonly value: unknown;
}

/** How a summary is written. */
export interface SummaryOptions {
  readonly sha256: (text: string) => string;
  /** What the names of a record are called: of an input its arguments, of an output its fields. Default `arguments`. */
  readonly namesAs?: 'arguments' | 'fields';
}

/** What content looks like from outside: names (never values), size in bytes of UTF-8, SHA-256. */
export function summarizeContent({ text, bytes, names }: JsonContent, options: SummaryOptions): ContentText {
  const told = names.slice(0, MAX_NAMES).map(toName);
  const head = told.length === 0 ? '{' : `{"${options.namesAs ?? 'arguments'}":${JSON.stringify(told)},`;
  // Written in one piece: a template would keep its parts (V8), which takes longer to look through for secrets.
  const value = [head, '"bytes":', bytes, ',"sha256":"', options.sha256(text), '"}'].join('');
  return { value, mimeType: 'application/json' };
}

/**
 * A value as content: its text is written for whoever asks for it.
 *
 * @param json The value as JSON text, when it is at hand.
 */
export function toJsonContent(value: unknown, json?: string): JsonContent {
  let written = json;
  const text = (): string => (written ??= toJson(value));
  return {
    value,
    get text() {
      return text();
    },
    get bytes() {
      return utf8Length(text());
    },
    get names() {
      return isRecord(value) ? Object.keys(value) : [];
    },
  };
}

function toName(name: string): string {
  return sanitizeText(name, MAX_NAME_BYTES);
}

/** Bytes of `text` in UTF-8. */
function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      continue;
    }
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** The content itself, without credentials and personal data, bounded. */
export function captureContent(value: unknown): ContentText {
  if (typeof value === 'string') {
    return { value: cut(redactText(cut(value))), mimeType: 'text/plain' };
  }
  return { value: cut(toJson(redactContent(value, 0))), mimeType: 'application/json' };
}

function cut(text: string): string {
  if (text.length <= MAX_CONTENT_CHARS) {
    return text;
  }
  const last = text.charCodeAt(MAX_CONTENT_CHARS - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_CONTENT_CHARS - 1 : MAX_CONTENT_CHARS);
}

/** A copy of a JSON value in which credentials are replaced, by the name of their key or by their look. */
export function redactContent(value: unknown, depth = 0): unknown {
  // Nothing behind the bound is written, so nothing behind it has to be searched.
  if (typeof value === 'string') {
    return redactText(cut(value));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth > MAX_DEPTH) {
    return REDACTED;
  }
  if (Array.isArray(value)) {
    return value.map((item) => redactContent(item, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redactText(key),
      isSecretKey(key) ? REDACTED : redactContent(item, depth + 1),
    ]),
  );
}

// What JSON can't hold (a cycle, a bigint) has no text; telemetry must not fail a call for it.
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
