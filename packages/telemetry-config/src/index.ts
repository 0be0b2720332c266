export { parseConfigFile, type ParsedConfigFile } from './config-file/parse-config-file.ts';
export { substituteEnv, type Substituted, type SubstitutionDialect } from './config-file/substitute-env.ts';
export { describeEnvironment, type EnvironmentRow } from './describe-environment.ts';
export { describeFileKeys, type FileKeyRow } from './describe-file.ts';
export { effectiveSettings, type EffectiveSetting } from './effective-settings.ts';
export type {
  AuditConfig,
  AuthConfig,
  AuthToken,
  GatewayConfig,
  GatewayFlags,
  GatewayTelemetryConfig,
  JwtConfig,
  LimitsConfig,
  MetricsConfig,
  PolicyConfig,
  RegistryConfig,
  Secret,
  ServerConfig,
  UpstreamConfig,
  UpstreamOauthConfig,
} from './gateway/gateway-config.ts';
export { formatIssue } from './format-issue.ts';
export { isLoopback } from './gateway/bind-rules.ts';
export { gatewayConfigPath, readGatewayConfig, type ReadGatewayOptions } from './gateway/read-gateway-config.ts';
export { gatewayConfigSchema } from './gateway/schema.ts';
export { toDccType } from './gateway/read-upstreams.ts';
export type { JsonObject } from './json-object.ts';
export type { TrafficCapture } from './kinds/gateway-kinds.ts';
export type { JsonSchema } from './kinds/kind.ts';
export { nearest } from './nearest.ts';
export type { Environment, Issue, IssueSeverity, Origin, Origins, OriginSource, Reading } from './reading.ts';
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
} from './telemetry-config.ts';
export { uuidV5 } from './uuid-v5.ts';
