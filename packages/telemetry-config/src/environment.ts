export { effectiveSettings, type EffectiveSetting } from './effective-settings.ts';
export { formatIssue } from './format-issue.ts';
export type { Environment, Issue, IssueSeverity, Origin, Origins, OriginSource, Reading } from './reading.ts';
export { configFilePath, readTelemetryEnvironment, type ReadEnvironmentOptions } from './telemetry/read-environment.ts';
export type { TelemetryConfig } from './telemetry-config.ts';
