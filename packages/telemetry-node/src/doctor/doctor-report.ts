import type { EffectiveSetting, Issue } from '@dcc-mcp/telemetry-config';
import type { ExportCause } from '../health/export-failure.ts';
import type { TelemetrySignal } from '../health/telemetry-health.ts';
import type { ApiCopy } from '../start/api-copies.ts';

/** Why telemetry does not arrive: what an export can meet, and what a configuration can get wrong. */
export type DoctorCause =
  | ExportCause
  | 'missing_scheme'
  | 'unsupported_protocol'
  | 'invalid_setting'
  | 'duplicate_api_copy';

/** One thing that does not work with its one cause, each text a single line. */
export interface DoctorFailure {
  readonly cause: DoctorCause;
  /** The setting, exporter or package it is about. */
  readonly subject: string;
  readonly message: string;
  /** What to do. */
  readonly action: string;
}

/** One exporter and how a real, empty request to it ended. */
export interface DoctorExporter {
  readonly signal: TelemetrySignal;
  readonly protocol: string;
  /** Without credentials and query. */
  readonly endpoint?: string;
  readonly reachable: boolean;
  readonly durationMillis: number;
  readonly problem?: DoctorFailure;
}

/** What the doctor found; `formatDoctorReport` makes text of it. */
export interface DoctorReport {
  /** 0 fine, 1 problems, 2 unusable configuration. */
  readonly exitCode: 0 | 1 | 2;
  /** What is in force, with where it comes from. */
  readonly settings: readonly EffectiveSetting[];
  /** As reading the configuration left them. */
  readonly issues: readonly Issue[];
  /** One row per OTLP exporter, each of which was tried. */
  readonly exporters: readonly DoctorExporter[];
  /** Where else telemetry goes, with no one to reach: the console, a listener for scrapes; or why nowhere. */
  readonly unprobed: readonly string[];
  /** Every copy of `@opentelemetry/api` that was found. */
  readonly apiCopies: readonly ApiCopy[];
  /** What does not work: of settings, of exporters, of packages. */
  readonly problems: readonly DoctorFailure[];
}
