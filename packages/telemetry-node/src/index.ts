export { findApiCopies, registeredApiVersion, type ApiCopy } from './api-copies.ts';
export type { DoctorCause, DoctorExporter, DoctorProblem, DoctorReport } from './doctor/doctor-report.ts';
export { formatDoctorReport } from './doctor/format-doctor-report.ts';
export { runDoctor, type DoctorOptions } from './doctor/run-doctor.ts';
export { type ExportCause } from './export-cause.ts';
export { isLogged } from './log-level.ts';
export type { BindableHistogram } from './metrics/bindable-histogram.ts';
export type { BoundHistogram } from './metrics/histogram-point.ts';
export { registerProcessMetrics } from './process-metrics.ts';
export { registerRuntimeMetrics, type RuntimeMetrics } from './runtime-metrics.ts';
export { type AttributeTransform } from './spans/attribute-list.ts';
export { type SpanRedaction } from './spans/span-redaction.ts';
export { startTelemetry } from './start-telemetry.ts';
export { TelemetryError, type TelemetryErrorCode } from './telemetry-error.ts';
export type {
  ApiConflict,
  DropReason,
  ExporterFailureReport,
  ExporterHealth,
  ExporterState,
  TelemetryHealth,
  TelemetryHealthChange,
  TelemetrySignal,
} from './telemetry-health.ts';
export type { FlushOptions, StartTelemetryOptions, Telemetry } from './telemetry.ts';
export { traceLogFields, type TraceLogFields } from './trace-log-fields.ts';
