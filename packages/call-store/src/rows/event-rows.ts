import type { RowLinks } from './call-row.ts';

/** How much attention a row asks for. */
export const SEVERITIES = ['debug', 'info', 'warning', 'error'] as const;
/** One of {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

/** An election, eviction, probe or departure: the same object as a line of `resources://gateway/events`. */
export interface ContentionEvent {
  readonly timestamp: string;
  /** `election_won`, `ghost_reaped`, `probe_unreachable`, … */
  readonly event: string;
  readonly dcc_type: string;
  readonly instance_id: string;
  readonly reason?: string;
  readonly severity: Severity;
  /** `service.instance.id` of the gateway that tells of it; present where several gateways tell of their rows. */
  readonly service_instance_id?: string;
}

/** What the one feed of everything is made of. */
export const ACTIVITY_KINDS = [
  'tool_call',
  'search',
  'describe',
  'load_skill',
  'contention',
  'session_event',
  'export_health',
  'config',
] as const;
/** One of {@link ACTIVITY_KINDS}. */
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** One entry of the feed. */
export interface ActivityRow {
  /** Unique; names the row it was made from, `tool_call:<row_id>`. */
  readonly event_id: string;
  readonly timestamp: string;
  readonly kind: ActivityKind;
  readonly severity: Severity;
  /** The outcome word, or what else says how it stands. */
  readonly status: string;
  /** One line. */
  readonly message: string;
  /** Ids that lead on, those that are known. */
  readonly correlation: Readonly<Record<string, string>>;
  readonly links?: RowLinks;
}
