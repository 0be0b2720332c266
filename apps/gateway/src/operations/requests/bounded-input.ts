import { z } from '@hono/zod-openapi';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';

/** Bytes of UTF-8 in words that say what is looked for: a paragraph, which is more than ranking ever reads. */
export const MAX_QUERY_BYTES = 2_000;
/** Bytes of UTF-8 in a slug, a name, a tag or an id: longer than any that a host gives. */
export const MAX_NAME_BYTES = 512;
/** Bytes of `meta` as JSON: an agent context fits many times over, and reading it stays a matter of milliseconds. */
export const MAX_META_BYTES = 262_144;
/** Items of a list of names. */
export const MAX_LIST_ITEMS = 32;
/** Bytes that a value counts beside its text: quotes, separators, digits. */
const BYTES_PER_VALUE = 4;

/** A text of at most `maxBytes` of UTF-8. JSON Schema can only count characters, of which there are never more. */
export function textUpTo(maxBytes: number): z.ZodString {
  return z
    .string()
    .refine((text) => byteCount(text, maxBytes) <= maxBytes, { error: bytesMessage(maxBytes), params: { maxBytes } })
    .meta({ maxLength: maxBytes });
}

/** A slug, a name, a tag or an id: never empty. */
export const nameText: z.ZodString = textUpTo(MAX_NAME_BYTES).min(1);

/** Names in a list of at most {@link MAX_LIST_ITEMS}. */
export const nameList: z.ZodArray<z.ZodString> = z.array(nameText).max(MAX_LIST_ITEMS);

/** An object of at most {@link MAX_META_BYTES}, whatever it holds. */
export const metaObject: z.ZodType<JsonObject> = z
  .custom<JsonObject>(isJsonObject, { error: 'must be an object' })
  .refine((value) => !isLargerThan(value, MAX_META_BYTES), {
    error: bytesMessage(MAX_META_BYTES),
    params: { maxBytes: MAX_META_BYTES },
  });

function bytesMessage(maxBytes: number): string {
  return `must have at most ${maxBytes} bytes`;
}

/** Bytes of UTF-8, counted only where the number of characters leaves a doubt. */
function byteCount(text: string, maxBytes: number): number {
  const { length } = text;
  return length > maxBytes || length * 3 <= maxBytes ? length : Buffer.byteLength(text);
}

/** True for a name that {@link nameText} takes. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && byteCount(value, MAX_NAME_BYTES) <= MAX_NAME_BYTES;
}

/** True where `value` holds more than about `maxBytes` of JSON; no more of it is looked at than that. */
export function isLargerThan(value: unknown, maxBytes: number): boolean {
  let bytes = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && bytes <= maxBytes) {
    const next = open.pop();
    bytes += BYTES_PER_VALUE;
    if (typeof next === 'string') {
      bytes += byteCount(next, maxBytes);
    } else if (Array.isArray(next)) {
      open.push(...next.slice(0, maxBytes / BYTES_PER_VALUE + 1));
    } else if (isJsonObject(next)) {
      for (const key in next) {
        bytes += byteCount(key, maxBytes);
        open.push(next[key]);
        if (bytes > maxBytes) {
          break;
        }
      }
    }
  }
  return bytes > maxBytes;
}
