export {
  type MessageTruncation,
  type NewSessionEvent,
  SESSION_EVENT_LEVELS,
  type SessionEvent,
  type SessionEventIds,
  type SessionEventLevel,
  toLevel,
} from './session-event.ts';
export { SessionEventBuffer, type SessionEventBufferOptions, type SessionEventPage } from './session-event-buffer.ts';
export {
  parseSessionEventsUri,
  type SessionEventsRead,
  type SessionEventsUriReading,
  toSessionEventsUri,
} from './session-events-read.ts';
