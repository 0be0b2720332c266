export { findApiCopies, registeredApiVersion, type ApiCopy } from './start/api-copies.ts';
export type { DoctorCause, DoctorExporter, DoctorFailure, DoctorReport } from './doctor/doctor-report.ts';
export { formatDoctorExporter, formatDoctorReport } from './doctor/format-doctor-report.ts';
export { runDoctor, type DoctorOptions } from './doctor/run-doctor.ts';
export { type ExportCause } from './health/export-failure.ts';
export { isLogged } from './register/diagnostics.ts';
export type { BindableHistogram } from './instruments/bindable-histogram.ts';
export type { BoundHistogram } from './instruments/histogram-point.ts';
export { registerProcessMetrics } from './metrics/process-metrics.ts';
export { registerRuntimeMetrics, type RuntimeMetrics } from './metrics/runtime-metrics.ts';
export { type AttributeTransform, type SpanRedaction } from './spans/span-redaction.ts';
export { startTelemetry } from './start/start-telemetry.ts';
export { TelemetryError, type TelemetryErrorCode } from './start/telemetry-error.ts';
export type {
  ApiConflict,
  DropReason,
  ExporterFailureReport,
  ExporterHealth,
  ExporterState,
  TelemetryHealth,
  TelemetryHealthChange,
  TelemetrySignal,
} from './health/telemetry-health.ts';
export type { FlushOptions, StartTelemetryOptions, Telemetry } from './start/telemetry.ts';
export type { GrpcModule } from './transport/grpc/grpc-module.ts';
export { traceLogFields, type TraceLogFields } from './logs/trace-log-fields.ts';
