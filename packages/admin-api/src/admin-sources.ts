import type { CallStore, TrafficFrame } from '@dcc-mcp/call-store';
import type { JobsAnswer } from './schemas/job-schema.ts';

/** JSON whose shape is described elsewhere. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** What the routes tell of: ports, so that any gateway can stand behind them. Each is asked when somebody looks. */
export interface AdminSources {
  readonly store: CallStore;
  /** Whether anything is recorded in the store; default true. */
  readonly keepsRows?: boolean;
  /** Live cards of the instances and those that left. */
  instances(baseUrl: string): JsonRecord | Promise<JsonRecord>;
  /** Policy, limits and redaction that are in force; decisions are added from the store. */
  governance(): JsonRecord | Promise<JsonRecord>;
  /** Exporters, scrape, settings with their origins, copies of the API. */
  telemetry(): JsonRecord | Promise<JsonRecord>;
  /** The process: version, uptime, memory, sessions; stores are added from the store. */
  health(): JsonRecord | Promise<JsonRecord>;
  /** Jobs of all principals that wait or run, the oldest first; absent where nothing goes on without its caller. */
  readonly jobs?: () => JobsAnswer | Promise<JobsAnswer>;
  /** What an instance wrote of requests, oldest first; absent where that is not kept. */
  readonly eventsOf?: (instanceId: string, wanted: EventsWanted) => Promise<readonly object[]>;
  /** What an instance wrote behind a cursor (`cursor` 0: from the oldest on; at most `limit` lines); undefined of one that is unknown. */
  readonly outputOf?: (
    instanceId: string,
    page: { readonly cursor: number; readonly limit: number },
  ) => object | undefined | Promise<object | undefined>;
  /** Estimated tokens of the lists of tools that were sent between two times (milliseconds since the epoch). */
  readonly toolsListTokens?: (sinceMillis: number, untilMillis: number) => number;
  /** Frames on the wire; absent where a gateway can't capture any. */
  readonly traffic?: TrafficSource;
  /** Slugs of all registered tools, for those that nobody calls. */
  toolSlugs(): readonly string[];
}

/** The events of an instance that belong to requests: those of their time, and those that name one of their ids. */
export interface EventsWanted {
  /** Milliseconds since the epoch. */
  readonly fromMillis: number;
  readonly toMillis: number;
  /** Request ids. */
  readonly calls: readonly string[];
  /** Ids of the jobs that they were. */
  readonly jobs: readonly string[];
  readonly traces: readonly string[];
}

/** Captured frames, and whether frames are captured. */
export interface TrafficSource {
  frames(): readonly TrafficFrame[];
  status(): CaptureStatus;
}

/** Why there are frames, or none: no frames mean that there was no traffic in the state `no_traffic` alone. */
export interface CaptureStatus {
  readonly state: 'captured' | 'capture_disabled' | 'capture_unavailable' | 'filtered' | 'no_traffic';
  /** For people. */
  readonly message: string;
  readonly capture_enabled: boolean;
  readonly retained_frames: number;
  readonly capacity: number;
  /** Frames that were let go to make room. */
  readonly dropped: number;
  /** Frames that the filters left out. */
  readonly skipped_decisions: number;
  /** What stands in no frame, or masked. */
  readonly redacted_paths: readonly string[];
  readonly payload_policy: 'metadata-only';
}

/** How the routes are made. */
export interface AdminRoutesOptions {
  readonly sources: AdminSources;
  /** Path of the page that links lead to; absent where there is none. */
  readonly pagePath?: string;
  /** Ends the live streams when it fires; one that is opened later ends at once. Default: only their readers end them. */
  readonly stopping?: AbortSignal;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Monotonic clock in milliseconds, which answers are timed by. Default `performance.now`. */
  readonly clock?: () => number;
}
