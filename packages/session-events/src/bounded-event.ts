import { truncateUtf8 } from '@dcc-mcp/bounds';
import { sanitizeMetadata, sanitizeText } from '@dcc-mcp/bounds/redaction';
import {
  type MessageTruncation,
  type NewSessionEvent,
  SESSION_EVENT_LEVELS,
  type SessionEvent,
  type SessionEventIds,
  toLevel,
} from './session-event.ts';

const MAX_NAME_BYTES = 128;
/** More than this of a message is not even looked at, in bytes. */
export const MAX_MESSAGE_BYTES = 16_384;

/** What is kept of an event, all but its place and time. */
export type BoundedEvent = Omit<SessionEvent, 'id' | 'timestamp' | 'timestamp_ns' | 'instance_id'>;

/**
 * What a caller without types leaves out or mistakes is looked at, too: a part that has to be there is missed by its name,
 * another one is left out.
 *
 * @throws {RangeError} When the level is none.
 * @throws {TypeError} When the source, the stream or the message is no text.
 */
export function toBoundedEvent(event: NewSessionEvent, maxMessageBytes: number): BoundedEvent {
  const missing = REQUIRED.find((name) => typeof event[name] !== 'string');
  if (missing !== undefined) {
    throw new TypeError(`${missing} must be a text, got ${kindOf(event[missing])}`);
  }
  const level = toLevel(event.level);
  if (level === undefined) {
    throw new RangeError(`level must be one of ${SESSION_EVENT_LEVELS.join(', ')}, got "${event.level}"`);
  }
  return {
    source: sanitizeText(event.source, MAX_NAME_BYTES),
    stream: sanitizeText(event.stream, MAX_NAME_BYTES),
    level,
    ...toBoundedMessage(event, maxMessageBytes),
    ...(isRecord(event.metadata) ? { metadata: sanitizeMetadata(event.metadata).metadata } : {}),
    ...toBoundedIds(event),
  };
}

const REQUIRED = ['source', 'stream', 'level', 'message'] as const;

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const ID_NAMES = ['session_id', 'tool_call_id', 'job_id', 'correlation_id', 'trace_id'] as const;

function toBoundedIds(event: SessionEventIds): SessionEventIds {
  const ids: Partial<Record<(typeof ID_NAMES)[number], string>> = {};
  for (const name of ID_NAMES) {
    const id = event[name];
    if (typeof id === 'string') {
      ids[name] = sanitizeText(id, MAX_NAME_BYTES);
    }
  }
  return ids;
}

function toBoundedMessage(
  { message, original_size: wholeSize = 0 }: NewSessionEvent,
  maxBytes: number,
): { readonly message: string; readonly truncation?: MessageTruncation } {
  const clean = sanitizeText(message, MAX_MESSAGE_BYTES);
  const { text, isTruncated } = truncateUtf8(clean, maxBytes);
  if (!isTruncated && wholeSize <= message.length && message.length <= MAX_MESSAGE_BYTES / 3) {
    return { message: text };
  }
  const size = bytesOf(message);
  const isBeginning = Number.isSafeInteger(wholeSize) && wholeSize > size;
  if (!isTruncated && !isBeginning && size <= MAX_MESSAGE_BYTES) {
    return { message: text };
  }
  const originalSize = isBeginning ? wholeSize : size;
  // A part of a text keeps the whole text in memory (V8): what was cut is written anew.
  const kept = new TextDecoder().decode(new TextEncoder().encode(text));
  return {
    message: kept,
    truncation: { original_size: originalSize, truncated_size: bytesOf(kept), max_size: maxBytes },
  };
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
