import type { ExemplarStore, SeriesUsage } from '@dcc-mcp/bounded-meter';
import type {
  BackendErrorKind,
  ElectionOutcome,
  EvictionReason,
  GovernanceCategory,
  GovernanceOutcome,
  JobResult,
  NetworkTransport,
  NotificationChannel,
  OauthRefreshResult,
  ProbeOutcome,
  QuarantineAction,
  QuarantineScope,
  RankBucket,
  RejectionReason,
  ResponseSurface,
  SearchFollowupKind,
  SearchResult,
  SessionEndReason,
  StreamKind,
  ToolCallStatus,
  UpstreamState,
} from '@dcc-mcp/semantic-conventions';
import type { SpanContext } from '@opentelemetry/api';

/** One finished tool call, single or item of a batch, whatever its outcome. */
export interface CallMeasurement {
  /** `<dcc_type>__<backend_tool>`; absent when the caller named no tool. A name nobody registered becomes `_unknown`. */
  readonly tool: string | undefined;
  readonly status: ToolCallStatus;
  /** From dispatch to completion, queue included; only when the call was admitted to the queue. */
  readonly durationSeconds?: number | undefined;
  /** Where that time went; only when the call was admitted to the queue. */
  readonly phases?: CallPhaseSeconds | undefined;
  /** The span of the call: its trace becomes the exemplar when it is sampled. */
  readonly span?: SpanContext | undefined;
}

/** The parts of a call's time; a part that did not happen is absent. */
export interface CallPhaseSeconds {
  readonly queueSeconds?: number | undefined;
  readonly gatewaySeconds?: number | undefined;
  readonly upstreamSeconds?: number | undefined;
}

/** One search of the catalog. */
export interface SearchMeasurement {
  readonly result: SearchResult;
  readonly durationSeconds: number;
  readonly span?: SpanContext | undefined;
}

/** One MCP request or notification. */
export interface OperationMeasurement {
  /** `server`: the gateway received it. `client`: the gateway sent it to an upstream. */
  readonly side: 'server' | 'client';
  /** JSON-RPC method; one that MCP does not know becomes `_OTHER`. */
  readonly method: string;
  /** Tool label where a tool is meant. */
  readonly tool?: string | undefined;
  /** Outcome word or JSON-RPC error code; absent on success. */
  readonly errorType?: string | undefined;
  readonly transport: NetworkTransport;
  readonly durationSeconds: number;
  readonly span?: SpanContext | undefined;
}

/** One MCP session that ended. */
export interface SessionMeasurement {
  readonly side: 'server' | 'client';
  readonly durationSeconds: number;
  readonly transport: NetworkTransport;
  readonly errorType?: string | undefined;
}

/** What the gateway can be asked for when somebody collects; each is called once per collection and reader. */
export interface GatewayObservations {
  readonly activeSessions?: () => number;
  readonly registeredTools?: () => number;
  /** Upstreams by state; a state left out counts as 0. */
  readonly upstreams?: () => Readonly<Partial<Record<UpstreamState, number>>>;
  readonly queueDepth?: () => number;
  readonly callsInFlight?: () => number;
  /** Open streams by kind; a kind left out counts as 0. */
  readonly streams?: () => Readonly<Partial<Record<StreamKind, number>>>;
}

/**
 * Records what happens in a gateway. No method ever throws: a bad value is dropped and counted. A `span` is the one the
 * event happened in: it becomes the exemplar when it is sampled.
 */
export interface GatewayMetrics {
  recordCall(call: CallMeasurement): void;
  recordRejected(reason: RejectionReason, span?: SpanContext): void;
  recordBackendError(kind: BackendErrorKind, span?: SpanContext): void;
  recordGovernance(category: GovernanceCategory, outcome: GovernanceOutcome, span?: SpanContext): void;
  recordSearch(search: SearchMeasurement): void;
  recordSearchFollowup(kind: SearchFollowupKind, rankBucket: RankBucket, span?: SpanContext): void;
  recordReformulation(span?: SpanContext): void;
  recordTimeToFirstSuccess(seconds: number, span?: SpanContext): void;
  recordProbe(outcome: ProbeOutcome): void;
  recordElection(outcome: ElectionOutcome): void;
  recordEviction(reason: EvictionReason): void;
  recordNotificationSent(channel: NotificationChannel): void;
  recordOperation(operation: OperationMeasurement): void;
  recordSession(session: SessionMeasurement): void;
  recordSessionEnded(reason: SessionEndReason): void;
  /** Adds `ceil(bytes / 4)` estimated tokens. */
  recordResponseTokens(surface: ResponseSurface, bytes: number, span?: SpanContext): void;
  /** @param tool Absent where none is meant that is registered. */
  recordJobCreated(tool: string | undefined, result: JobResult): void;
  /** @param waitSeconds Time from the creation of the job to now. */
  recordJobStarted(tool: string, waitSeconds: number): void;
  recordJobEnded(tool: string): void;
  recordQuarantine(scope: QuarantineScope, action: QuarantineAction): void;
  recordOauthRefresh(refresh: { readonly result: OauthRefreshResult; readonly durationSeconds: number }): void;
  /** @param store A name from the code, never from a caller. */
  recordRowsDropped(store: string, rows: number): void;
  /** Registers a gauge for each callback given; `stop` takes them away again. */
  observe(observations: GatewayObservations): { stop(): void };
  /** How much of its budget each instrument has used, by its OpenTelemetry name. */
  seriesUsage(): Readonly<Record<string, SeriesUsage>>;
  /** The exemplars of everything recorded here, for a pull exporter that can carry them. */
  readonly exemplars: ExemplarStore;
  /**
   * Hands over what was counted and takes all callbacks off the meter, so that nothing of this gateway is kept alive by
   * it. To be called after the last collection.
   */
  shutdown(): void;
}
