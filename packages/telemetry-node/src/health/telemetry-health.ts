import type { ExportCause } from './export-failure.ts';

/** What OpenTelemetry calls a signal, as this package sends it. */
export type TelemetrySignal = 'traces' | 'metrics' | 'logs';

/** What one exporter does: `dropping` means that it works, but items are lost on the way. */
export type ExporterState = 'never_tried' | 'ok' | 'failing' | 'dropping';

/** Why items were lost, as a closed set; `invalid` ones hold what no encoding can carry. */
export type DropReason = 'queue_full' | 'export_failed' | 'rejected' | 'shutdown_timeout' | 'invalid';

/** Why an exporter fails, and what to do. */
export interface ExporterFailureReport {
  readonly cause: ExportCause;
  /** What was seen, for people; never holds credentials. */
  readonly message: string;
  /** What to do about it. */
  readonly action: string;
  /** HTTP status or gRPC status code, where one was answered. */
  readonly statusCode?: number;
}

/** The truth about one exporter; numbers count spans, log records or metric data points since the start. */
export interface ExporterHealth {
  /** Stable within one instance, e.g. `traces/0`. */
  readonly id: string;
  readonly signal: TelemetrySignal;
  /** `http/protobuf`, `http/json`, `grpc` or `console`. */
  readonly protocol: string;
  /** Where it sends to, without credentials and query; absent for the console. */
  readonly endpoint?: string;
  readonly state: ExporterState;
  /** When `state` (or the cause of a failure) last changed; epoch milliseconds. */
  readonly since: number;
  /** Present while failing; while dropping, what the collector rejected last. */
  readonly failure?: ExporterFailureReport;
  /** What the collector says although it took the last batch, or what is odd about its answer. */
  readonly warning?: string;
  /** Items that the collector accepted. */
  readonly exported: number;
  /** Items that were lost, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Items that wait; absent for metrics, which have no queue. */
  readonly queueSize?: number;
  /** How many can wait; what comes beyond is dropped as `queue_full`. */
  readonly queueCapacity?: number;
  /** Epoch milliseconds; absent before the first success. */
  readonly lastSuccessAt?: number;
  /** Epoch milliseconds; absent before the first attempt. */
  readonly lastAttemptAt?: number;
}

/** Globals that another copy of `@opentelemetry/api` holds, so that ours were refused. */
export interface ApiConflict {
  readonly refused: readonly ('trace' | 'metrics' | 'logs' | 'propagation' | 'context')[];
  /** Version of the copy that registered first, where it can be told. */
  readonly registeredVersion?: string;
  /** Version of the copy that this package uses. */
  readonly ownVersion: string;
  /** What to do about it. */
  readonly action: string;
}

/** What arrives and what does not, now. */
export interface TelemetryHealth {
  /** One row per configured exporter. */
  readonly exporters: readonly ExporterHealth[];
  /** Present when `setGlobals` was refused some of them. */
  readonly apiConflict?: ApiConflict;
}

/** One change of one exporter, reported once. */
export interface TelemetryHealthChange {
  readonly exporter: ExporterHealth;
  readonly previous: ExporterState;
  /** `warn` when something is amiss, also while the exporter works. */
  readonly weight: 'info' | 'warn';
  /** The change as one line for stderr. */
  readonly message: string;
}
