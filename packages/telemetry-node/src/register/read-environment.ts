import type * as Config from '@dcc-mcp/telemetry-config';
import { configFilePath, readTelemetryEnvironment, type Reading } from '@dcc-mcp/telemetry-config/environment';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Reads `OTEL_*`, or the file that `OTEL_CONFIG_FILE` names; the parsers of files are loaded only for one. */
export function readFromProcess(env: NodeJS.ProcessEnv): Reading<Config.TelemetryConfig> {
  const path = configFilePath(env);
  if (path === undefined) {
    return readTelemetryEnvironment(env);
  }
  // At once, not by `import()`: what is registered must stand before the application's first module.
  const parsers: typeof Config = createRequire(import.meta.url)('@dcc-mcp/telemetry-config');
  return parsers.readTelemetryConfig(env, { configFile: readConfigFile(path) });
}

function readConfigFile(name: string): Config.ConfigFileInput {
  try {
    return { name, text: readFileSync(name, 'utf8') };
  } catch (error) {
    return { name, unreadable: error instanceof Error ? error.message : String(error) };
  }
}
