import { isJsonObject, type JsonValue } from './json-rpc.ts';

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
  let bytes = MEMBER_BYTES;
  for (const [key, member] of membersOf(value)) {
    bytes += Buffer.byteLength(key) + keptBytes(member, max - bytes);
    if (bytes > max) {
      break;
    }
  }
  return bytes;
}

function* membersOf(value: JsonValue | undefined): Iterable<readonly [string, JsonValue | undefined]> {
  if (isJsonObject(value)) {
    for (const key in value) {
      yield [key, value[key]];
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const member of value) {
      yield ['', member];
    }
  }
}
