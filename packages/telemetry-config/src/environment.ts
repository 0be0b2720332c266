export { formatIssue, type Issue, type IssueSeverity } from './reading/issue.ts';
export {
  effectiveSettings,
  type EffectiveSetting,
  type Environment,
  type Origin,
  type Origins,
  type OriginSource,
  type Reading,
} from './reading/reading.ts';
export { configFilePath, readTelemetryEnvironment, type ReadEnvironmentOptions } from './telemetry/read-environment.ts';
export type { TelemetryConfig } from './telemetry/telemetry-config.ts';
