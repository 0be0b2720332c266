import { truncateUtf8 } from '@dcc-mcp/bounds';
import { redactText } from '@dcc-mcp/bounds/redaction';
import type { JsonObject, JsonValue } from '../protocol/json-rpc.ts';
import { isLogLevel } from '../protocol/mcp-protocol.ts';
import type { JobProgress } from './job-record.ts';

/** Bytes of what a tool says of its progress. */
const MAX_MESSAGE_BYTES = 1_024;
/** Bytes of what a tool logs. */
const MAX_DATA_BYTES = 4_096;
const MAX_NAME_BYTES = 128;

/** Reads `notifications/progress`; `undefined` where it tells of none. */
export function toProgress(params: JsonObject | undefined, at: number): JobProgress | undefined {
  const { progress, total, message } = params ?? {};
  if (typeof progress !== 'number') {
    return undefined;
  }
  return {
    progress,
    ...(typeof total === 'number' ? { total } : {}),
    ...(typeof message === 'string' ? { message: truncateUtf8(message, MAX_MESSAGE_BYTES).text } : {}),
    at,
  };
}

/** Reads `notifications/message`, bounded and without credentials. */
export function toBoundedLog(params: JsonObject | undefined, at: number): JsonObject {
  const { level, logger, data } = params ?? {};
  return {
    timestamp: new Date(at).toISOString(),
    level: isLogLevel(level) ? level : 'info',
    ...(typeof logger === 'string' ? { logger: truncateUtf8(logger, MAX_NAME_BYTES).text } : {}),
    message: messageOf(data),
  };
}

function messageOf(data: JsonValue | undefined): string {
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
  return redactText(truncateUtf8(text, MAX_DATA_BYTES).text);
}
