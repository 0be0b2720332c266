// How much is kept for a client, in bytes: counted here and nowhere else.
import { isJsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import type { SessionBounds, SessionRecord } from './session-records.ts';

/** Bounds of sessions: one caller can't take all places, and no session more memory than a large client needs. */
export const SESSION_BOUNDS: SessionBounds = { maxSessions: 10_000, maxPerShare: 1_000, maxStateBytes: 256 * 1024 };

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

type SelfDescription = Pick<SessionRecord, 'clientInfo' | 'capabilities'>;

/** @throws {McpError} -32602 when a client says more of itself than is kept for it. */
export function checkSelfDescription(described: SelfDescription): void {
  if (stateBytes(described) > SESSION_BOUNDS.maxStateBytes) {
    const kibibytes = SESSION_BOUNDS.maxStateBytes / 1024;
    const message = `clientInfo and capabilities take more than ${kibibytes} KiB, which is what is kept for a client`;
    throw new McpError(ERROR_INVALID_PARAMS, message, { httpStatus: 400 });
  }
}

/** Bytes of state of a session that listens to nothing yet. */
export function stateBytes({ clientInfo, capabilities }: SelfDescription): number {
  const { maxStateBytes } = SESSION_BOUNDS;
  return keptBytes(clientInfo, maxStateBytes) + keptBytes(capabilities, maxStateBytes);
}
