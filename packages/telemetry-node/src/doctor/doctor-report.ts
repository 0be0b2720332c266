import type { EffectiveSetting, Issue } from '@dcc-mcp/telemetry-config';
import type { ApiCopy } from '../api-copies.ts';
import type { ExportCause } from '../export-cause.ts';
import type { TelemetrySignal } from '../telemetry-health.ts';

/** Why telemetry does not arrive: what an export can meet, and what a configuration can get wrong. */
export type DoctorCause =
  | ExportCause
  | 'missing_scheme'
  | 'unsupported_protocol'
  | 'invalid_setting'
  | 'duplicate_api_copy';

/** One problem with its one cause, each text a single line. */
export interface DoctorProblem {
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
  readonly problem?: DoctorProblem;
}

export interface DoctorReport {
  /** 0 fine, 1 problems, 2 unusable configuration. */
  readonly exitCode: 0 | 1 | 2;
  readonly settings: readonly EffectiveSetting[];
  readonly issues: readonly Issue[];
  readonly exporters: readonly DoctorExporter[];
  /** Where else telemetry goes, with no one to reach: the console, a listener for scrapes; or why nowhere. */
  readonly unprobed: readonly string[];
  readonly apiCopies: readonly ApiCopy[];
  /** All problems: of settings, of exporters, of packages. */
  readonly problems: readonly DoctorProblem[];
}
