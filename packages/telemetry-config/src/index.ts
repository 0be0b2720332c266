export { parseConfigFile, type ParsedConfigFile } from './config-file/parse-config-file.ts';
export { substituteEnv, type Substituted, type SubstitutionDialect } from './config-file/substitute-env.ts';
export { formatIssue, type Issue, type IssueSeverity } from './reading/issue.ts';
export { nearest } from './reading/nearest.ts';
export {
  effectiveSettings,
  type EffectiveSetting,
  type Environment,
  type Origin,
  type Origins,
  type OriginSource,
  type Reading,
} from './reading/reading.ts';
export { configFilePath, type ReadEnvironmentOptions } from './telemetry/read-environment.ts';
export {
  readTelemetryConfig,
  type ConfigFileInput,
  type ReadTelemetryOptions,
} from './telemetry/read-telemetry-config.ts';
export type {
  AttributeLimits,
  BatchConfig,
  ConsoleExporterConfig,
  DiagLevel,
  ExemplarFilter,
  HistogramAggregation,
  LogRecordExporterConfig,
  MetricReaderConfig,
  MetricTemporality,
  OtlpCompression,
  OtlpExporterConfig,
  OtlpProtocol,
  ProcessorConfig,
  PropagatorName,
  PushMetricExporterConfig,
  ResourceDetectorName,
  SamplerConfig,
  SamplerName,
  SpanExporterConfig,
  SpanLimitsConfig,
  TelemetryConfig,
  TypedAttributeValue,
} from './telemetry/telemetry-config.ts';
export { describeEnvironment, type EnvironmentRow } from './variables/describe-environment.ts';
