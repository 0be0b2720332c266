import type { ExportCause } from './export-cause.ts';

export type TelemetrySignal = 'traces' | 'metrics' | 'logs';

/** What one exporter does: `dropping` means that it works, but items are lost on the way. */
export type ExporterState = 'never_tried' | 'ok' | 'failing' | 'dropping';

/** Why items were lost, as a closed set. */
export type DropReason = 'queue_full' | 'export_failed' | 'rejected' | 'shutdown_timeout';

export interface ExporterFailureReport {
  readonly cause: ExportCause;
  readonly message: string;
  readonly action: string;
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
  readonly exported: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Items that wait; absent for metrics, which have no queue. */
  readonly queueSize?: number;
  readonly queueCapacity?: number;
  readonly lastSuccessAt?: number;
  readonly lastAttemptAt?: number;
}

/** Globals that another copy of `@opentelemetry/api` holds, so that ours were refused. */
export interface ApiConflict {
  readonly refused: readonly ('trace' | 'metrics' | 'logs' | 'propagation' | 'context')[];
  /** Version of the copy that registered first, where it can be told. */
  readonly registeredVersion?: string;
  readonly ownVersion: string;
  readonly action: string;
}

export interface TelemetryHealth {
  readonly exporters: readonly ExporterHealth[];
  readonly apiConflict?: ApiConflict;
}

/** One change of one exporter, reported once. */
export interface TelemetryHealthChange {
  readonly exporter: ExporterHealth;
  readonly previous: ExporterState;
  /** The change as one line for stderr. */
  readonly message: string;
}
