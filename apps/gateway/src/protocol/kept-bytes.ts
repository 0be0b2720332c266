import { isJsonObject, type JsonObject, type JsonValue } from './json-rpc.ts';

/** What a member of an object or list takes beside its text: a small value is far larger in memory than on the wire. */
const MEMBER_BYTES = 32;

/**
 * Bytes that a JSON value takes when it is kept: its texts as UTF-8, and a fixed part for each member.
 *
 * @param max Counting ends past it: what is refused is not walked to its end.
 */
export function keptBytes(value: JsonValue | undefined, max: number = Infinity): number {
  if (typeof value === 'string') {
    return MEMBER_BYTES + Buffer.byteLength(value);
  }
  if (typeof value !== 'object' || value === null) {
    return MEMBER_BYTES;
  }
  return isJsonObject(value) ? bytesOfObject(value, max) : bytesOfList(value, max);
}

function bytesOfObject(value: JsonObject, max: number): number {
  let bytes = MEMBER_BYTES;
  for (const key in value) {
    bytes += Buffer.byteLength(key) + keptBytes(value[key], max - bytes);
    if (bytes > max) {
      break;
    }
  }
  return bytes;
}

function bytesOfList(values: readonly JsonValue[], max: number): number {
  let bytes = MEMBER_BYTES;
  for (const member of values) {
    bytes += keptBytes(member, max - bytes);
    if (bytes > max) {
      break;
    }
  }
  return bytes;
}
