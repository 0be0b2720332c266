/** How much attention an event asks for. */
export const SESSION_EVENT_LEVELS = ['trace', 'debug', 'info', 'warning', 'error'] as const;
/** One of {@link SESSION_EVENT_LEVELS}. */
export type SessionEventLevel = (typeof SESSION_EVENT_LEVELS)[number];

/** Sizes of a message that was cut, in bytes. */
export interface MessageTruncation {
  readonly original_size: number;
  readonly truncated_size: number;
  readonly max_size: number;
}

/** Ids that join an event to what it belongs to. */
export interface SessionEventIds {
  readonly session_id?: string;
  readonly tool_call_id?: string;
  readonly job_id?: string;
  readonly correlation_id?: string;
  readonly trace_id?: string;
}

/** What is appended. */
export interface NewSessionEvent extends SessionEventIds {
  /** Who speaks: `python`, `host`, `stdio`. */
  readonly source: string;
  /** `stdout`, `stderr`, `log`. */
  readonly stream: string;
  /** In any case; `warn` is read as `warning`. */
  readonly level: SessionEventLevel | 'warn' | Uppercase<SessionEventLevel | 'warn'>;
  readonly message: string;
  /** Bytes of the whole message, where {@link message} is no more than its beginning. */
  readonly original_size?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** When it happened, for an event of another buffer: nanoseconds since the epoch, in decimal digits. Default: now. */
  readonly timestamp_ns?: string;
}

/** What is kept: bounded, without control characters and secrets. */
export interface SessionEvent extends SessionEventIds {
  /** From 1; more than the one before by one, and by those between them that were skipped. */
  readonly id: number;
  /** RFC 3339 in UTC with nanoseconds. */
  readonly timestamp: string;
  /** Nanoseconds since the epoch, in decimal digits: more than a number holds exactly. */
  readonly timestamp_ns: string;
  readonly source: string;
  readonly stream: string;
  readonly level: SessionEventLevel;
  readonly message: string;
  readonly truncation?: MessageTruncation;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly instance_id: string;
}

/** A level as somebody wrote it; `undefined` when it is none. */
export function toLevel(text: string): SessionEventLevel | undefined {
  const plain = text.toLowerCase();
  const name = plain === 'warn' ? 'warning' : plain;
  return SESSION_EVENT_LEVELS.find((level) => level === name);
}
