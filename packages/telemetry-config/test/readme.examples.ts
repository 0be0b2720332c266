// The code of README.md: each region is copied there, and readme.test.ts compares and runs it.
import {
  configFilePath,
  effectiveSettings,
  formatIssue,
  readTelemetryConfig,
  type ConfigFileInput,
  type Environment,
  type Reading,
  type TelemetryConfig,
} from '../src/index.ts';

// #region start
/** Reads the telemetry settings of a process; `readFile` is yours, this package touches nothing. */
export function loadTelemetry(env: Environment, readFile: (path: string) => string): Reading<TelemetryConfig> {
  const path = configFilePath(env);
  return readTelemetryConfig(env, path === undefined ? {} : { configFile: open(path, readFile) });
}

function open(path: string, readFile: (path: string) => string): ConfigFileInput {
  try {
    return { name: path, text: readFile(path) };
  } catch (error) {
    return { name: path, unreadable: error instanceof Error ? error.message : 'unknown error' };
  }
}
// #endregion

// #region issues
/** What an operator should know, at once and before anything starts. */
export function describeIssues({ issues }: Reading<unknown>): readonly string[] {
  return issues.map((issue) => `${issue.severity}: ${formatIssue(issue)}`);
}
// #endregion

// #region origins
/** `OTEL_TRACES_SAMPLER = always_off (env OTEL_TRACES_SAMPLER)` and so on; secrets are masked. */
export function describeSettings(reading: Reading<unknown>): readonly string[] {
  return effectiveSettings(reading).map(
    ({ setting, value, origin, variable }) => `${setting} = ${value} (${[origin, variable].filter(Boolean).join(' ')})`,
  );
}
// #endregion
