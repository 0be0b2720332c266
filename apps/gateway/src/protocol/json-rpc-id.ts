import type { ExactInteger, JsonRpcId, JsonRpcNotification } from './json-rpc.ts';
import type { RawJson } from './json/raw-json.ts';

/** What finds an id, or a token, again: equal for equal ids, however many digits they have. */
export type IdKey = string | number | bigint;

/** Digits of an integer that is kept; a longer one is no id. */
const MAX_DIGITS = 128;
const INTEGER = /^-?\d+$/;

declare global {
  interface JSON {
    /** ECMAScript, "JSON.parse source text access"; TypeScript has no declaration of it yet. */
    rawJSON(text: string): ExactInteger;
    isRawJSON(value: unknown): value is ExactInteger;
  }
}

/** An id or a token as it came; `undefined` where it is none: a fraction, a boolean, an object, a list. */
export function readId({ text, value }: RawJson): JsonRpcId | undefined {
  if (typeof value === 'string' || value === null) {
    return value;
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return undefined;
  }
  if (String(value) === text) {
    return value;
  }
  return Number.isSafeInteger(value) || (INTEGER.test(text) && text.length <= MAX_DIGITS)
    ? JSON.rawJSON(text)
    : undefined;
}

/** The key of an id; null finds nothing. */
export function idKey(id: JsonRpcId): IdKey | undefined {
  if (typeof id !== 'object') {
    return id;
  }
  if (id === null) {
    return undefined;
  }
  const { rawJSON: text } = id;
  return INTEGER.test(text) && !Number.isSafeInteger(Number(text)) ? BigInt(text) : Number(text);
}

/** The request that `notifications/cancelled` names. */
export function cancelledKey({ rawParams }: Pick<JsonRpcNotification, 'rawParams'>): IdKey | undefined {
  const raw = rawParams?.get('requestId');
  return raw && idKey(readId(raw) ?? null);
}

/** The id as text, for records. */
export function idText(id: JsonRpcId): string | number | undefined {
  if (typeof id !== 'object') {
    return id;
  }
  return id?.rawJSON;
}
