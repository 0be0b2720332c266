import type { FileNotes } from '../declarative/file-node.ts';
import { readDeclarative } from '../declarative/read-declarative.ts';
import type { Environment, Reading } from '../reading/reading.ts';
import {
  configFilePath,
  ignoredOrigins,
  readVariables,
  withoutFile,
  type ReadEnvironmentOptions,
} from './read-environment.ts';
import type { TelemetryConfig } from './telemetry-config.ts';

/** A file that `OTEL_CONFIG_FILE` names, as the caller read it; or why it could not. */
export type ConfigFileInput =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly unreadable: string };

/** What `readTelemetryConfig` takes beside the environment. */
export interface ReadTelemetryOptions extends ReadEnvironmentOptions {
  /** The declarative file; needed as soon as `configFilePath(env)` names one. */
  readonly configFile?: ConfigFileInput;
}

/**
 * Reads all `OTEL_*` variables, or the file that `OTEL_CONFIG_FILE` names, into one checked configuration. Never throws;
 * a bad value counts as unset and leaves an issue.
 */
export function readTelemetryConfig(env: Environment, options: ReadTelemetryOptions = {}): Reading<TelemetryConfig> {
  const path = configFilePath(env);
  if (path === undefined) {
    return readVariables(env, options.defaults);
  }
  const file = options.configFile;
  if (file === undefined) {
    return withoutFile(env, path, 'it was not read');
  }
  return 'text' in file ? readFile(env, file) : withoutFile(env, path, file.unreadable);
}

/** The file rules alone: what else is set is ignored, and shown as such. */
function readFile(env: Environment, file: { readonly name: string; readonly text: string }): Reading<TelemetryConfig> {
  const notes: FileNotes = { issues: [], origins: new Map() };
  const values = readDeclarative(file, env, notes);
  return { values, issues: notes.issues, origins: { ...ignoredOrigins(env), ...Object.fromEntries(notes.origins) } };
}
