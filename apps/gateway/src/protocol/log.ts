/** How much a line matters; the words of pino and of OpenTelemetry. */
export type LogSeverity = 'info' | 'warn' | 'error';

/** What stands beside the words of a line. Never content of a call, and no secret. */
export interface LogFields {
  /** Default `info`. */
  readonly severity?: LogSeverity;
  /** What has happened, as a name that doesn't change: `dcc_mcp.upstream.state`. */
  readonly event?: string;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  /** The span in which it happened. */
  readonly span?: SpanIds;
  /** Said whatever the level is: where the gateway listens. */
  readonly isAlways?: boolean;
  /** Said to the collector alone: people are told the same in another line. */
  readonly isRecordOnly?: boolean;
}

/** A span, by its ids in hex. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** Takes one line for people. */
export type Log = (line: string, fields?: LogFields) => void;
