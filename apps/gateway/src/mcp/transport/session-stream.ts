import { ERROR_INVALID_REQUEST, LATEST_LEGACY_VERSION, McpError } from '../../protocol/mcp-protocol.ts';
import type { LeftStream, SessionLogs } from '../resumption/session-logs.ts';
import type { Session } from '../session/session.ts';
import { EventStream, OPEN_ENDED_NOT_READ } from './event-stream.ts';
import type { HttpReplyOptions } from './http-reply.ts';

/** Told of the streams that a client reads by GET. */
export interface SessionStreamEvents {
  readonly onNotificationSent: () => void;
  readonly onStream: (kind: 'get', change: 1 | -1) => void;
  /** Told, for people, what was not sent and why. */
  readonly onCut: (line: string) => void;
}

/**
 * Opens the stream beside all requests, or takes up again the one that the client left behind event `lastEventId`: that may
 * be the answer to a request, and then it ends with it. A stream has one reader; the one before is closed.
 *
 * @throws {McpError} HTTP 400 when what the client left is no longer kept.
 */
export function openSessionStream(
  { streams, record }: Session,
  lastEventId: string | undefined,
  { onNotificationSent, onStream, onCut }: SessionStreamEvents,
): EventStream {
  const { log, after, isStandalone } = leftStream(streams.logs, lastEventId);
  onStream('get', 1);
  const stream: EventStream = new EventStream({
    headers: { 'mcp-session-id': record.id },
    isOpenEnded: true,
    onNotification: onNotificationSent,
    onClose: (by) => {
      onStream('get', -1);
      if (by === 'overflow') {
        onCut(OPEN_ENDED_NOT_READ);
      }
      log.detach(stream);
      if (streams.stream === stream) {
        streams.stream = undefined;
      }
    },
  });
  if (isStandalone) {
    streams.stream = stream;
  }
  if (!log.attach(stream, after)) {
    onCut('a client took a stream up again of which not everything is kept that it missed');
  }
  return stream;
}

type TakenUp = Omit<LeftStream, 'after'> & { readonly after?: number };

function leftStream(logs: SessionLogs, eventId: string | undefined): TakenUp {
  const left = eventId === undefined ? 'unknown' : logs.find(eventId);
  if (left === 'elsewhere') {
    const message =
      'Bad Request: the stream of this Last-Event-ID is the answer of another gateway, and is read there alone';
    throw new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 400 });
  }
  if (left === 'gone') {
    const message = 'Bad Request: the stream of this Last-Event-ID has ended, and what it said is no longer kept';
    throw new McpError(ERROR_INVALID_REQUEST, message, { httpStatus: 400 });
  }
  return left === 'unknown' ? { log: logs.openStandalone(), isStandalone: true } : left;
}

/** What makes the answers to the requests of a session resumable, once they are streams. */
export function resumable({ record, streams }: Session): Pick<HttpReplyOptions, 'headers' | 'openLog' | 'isPrimed'> {
  const headers = { 'mcp-session-id': record.id };
  return { headers, openLog: () => streams.logs.open(), isPrimed: isPrimed(record) };
}

/** Older clients take an event without data for a message. */
function isPrimed({ protocolVersion }: Session['record']): boolean {
  return protocolVersion === LATEST_LEGACY_VERSION;
}
