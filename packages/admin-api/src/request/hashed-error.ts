import type { CallRow } from '@dcc-mcp/call-store';
import { messageHash } from '@dcc-mcp/call-store/query';

/** A row with the hash of its error's message: it follows from the message, and is not stored beside it. */
export function withMessageHash<Row extends object>(row: Row & Partial<Pick<CallRow, 'error'>>): Row {
  const { error } = row;
  return error === undefined ? row : { ...row, error: { ...error, message_hash: messageHash(error.message) } };
}
