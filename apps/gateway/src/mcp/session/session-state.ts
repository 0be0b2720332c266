import { keptBytes } from '../../protocol/kept-bytes.ts';
// How much is kept for a client, in bytes.
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import type { SessionBounds, SessionRecord } from './session-records.ts';

/** Bounds of sessions: one caller can't take all places, and no session more memory than a large client needs. */
export const SESSION_BOUNDS: SessionBounds = { maxSessions: 10_000, maxPerShare: 1_000, maxStateBytes: 256 * 1024 };

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
