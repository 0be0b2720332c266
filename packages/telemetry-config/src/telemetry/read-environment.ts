import { quote } from '../kinds/kind.ts';
import type { Issue } from '../reading/issue.ts';
import { misspeltNames } from '../reading/misspelt-names.ts';
import type { Environment, Reading } from '../reading/reading.ts';
import * as general from '../variables/general.ts';
import { ATTRIBUTE_COUNT_LIMIT, ATTRIBUTE_VALUE_LENGTH_LIMIT } from '../variables/limits.ts';
import {
  SIGNALS,
  OTLP_CERTIFICATE,
  OTLP_CLIENT_CERTIFICATE,
  OTLP_CLIENT_KEY,
  OTLP_COMPRESSION,
  OTLP_INSECURE,
  OTLP_PROTOCOL,
  OTLP_TIMEOUT,
} from '../variables/otlp.ts';
import { OTEL_VARIABLES } from '../variables/table.ts';
import { UNSUPPORTED } from '../variables/unsupported.ts';
import { VariableReader } from '../variables/variable-reader.ts';
import { readResource } from './general-settings.ts';
import { settleGeneralEndpoint } from './otlp-destination.ts';
import { readLogs, readMetrics, readTraces } from './signals.ts';
import type { TelemetryConfig } from './telemetry-config.ts';

/** What `readTelemetryEnvironment` takes beside the environment. */
export interface ReadEnvironmentOptions {
  /** Below the environment, in the same names and syntax: what an application's own file says. Their origin is `file`. */
  readonly defaults?: Environment;
}

/** Every name the table knows, older spellings included. */
const OTEL_NAMES: ReadonlySet<string> = new Set(
  OTEL_VARIABLES.flatMap((variable) => [variable.name, ...variable.olderNames]),
);

/** The path in `OTEL_CONFIG_FILE`, for the caller to read. */
export function configFilePath(env: Environment): string | undefined {
  return new VariableReader(env).find(general.CONFIG_FILE)?.value;
}

/**
 * `readTelemetryConfig` without the YAML parser, for programs that must start fast: the same result for every
 * environment in which `configFilePath(env)` is `undefined`. Where it names a file, a fatal issue says that it was not
 * read, and nothing is exported.
 */
export function readTelemetryEnvironment(
  env: Environment,
  options: ReadEnvironmentOptions = {},
): Reading<TelemetryConfig> {
  const path = configFilePath(env);
  return path === undefined ? readVariables(env, options.defaults) : withoutFile(env, path, 'it was not read');
}

/** The reading of an environment whose file cannot be had: nothing is exported, and a fatal issue says why. */
export function withoutFile(env: Environment, path: string, reason: string): Reading<TelemetryConfig> {
  const issue: Issue = {
    variable: general.CONFIG_FILE.name,
    problem: `the file ${quote(path)} cannot be used (${reason}), so nothing is exported`,
    expected: general.CONFIG_FILE.kind.expected,
    fix: `correct the path, or unset ${general.CONFIG_FILE.name}`,
    severity: 'fatal',
  };
  return { values: readVariables({}, undefined).values, issues: [issue], origins: ignoredOrigins(env) };
}

/** Origins under a configuration file: what else is set is shown as ignored. */
export function ignoredOrigins(env: Environment): Reading<unknown>['origins'] {
  const reader = new VariableReader(env);
  for (const variable of OTEL_VARIABLES) {
    reader.ignore(variable);
  }
  reader.read(general.CONFIG_FILE);
  return inTableOrder(reader);
}

/** The variables alone. */
export function readVariables(env: Environment, defaults: Environment | undefined): Reading<TelemetryConfig> {
  const reader = new VariableReader(env, defaults);
  const values: TelemetryConfig = {
    disabled: reader.read(general.SDK_DISABLED),
    logLevel: reader.read(general.LOG_LEVEL),
    resource: readResource(reader),
    propagators: reader.read(general.PROPAGATORS_VARIABLE),
    traces: readTraces(reader),
    metrics: readMetrics(reader),
    logs: readLogs(reader),
    semconvStabilityOptIn: reader.read(general.SEMCONV_STABILITY_OPT_IN),
  };
  readTheRest(reader);
  for (const { name, meant } of misspeltNames(env, 'OTEL_', OTEL_NAMES)) {
    reader.note({ variable: name, problem: 'no such variable; it has no effect', fix: `did you mean ${meant}?` });
  }
  return { values, issues: reader.issues, origins: inTableOrder(reader) };
}

/** General forms whose values are part of others, and variables that have no effect: their origins and issues. */
function readTheRest(reader: VariableReader): void {
  reader.read(general.CONFIG_FILE);
  reader.read(general.HTTP_KNOWN_METHODS);
  settleGeneralEndpoint(reader);
  const families = [
    OTLP_PROTOCOL,
    OTLP_TIMEOUT,
    OTLP_COMPRESSION,
    OTLP_CERTIFICATE,
    OTLP_CLIENT_KEY,
    OTLP_CLIENT_CERTIFICATE,
    OTLP_INSECURE,
  ];
  for (const family of families) {
    reader.read<unknown>(family.general);
    for (const signal of SIGNALS) {
      reader.find<unknown>(family[signal]);
    }
  }
  reader.read(ATTRIBUTE_COUNT_LIMIT);
  reader.read(ATTRIBUTE_VALUE_LENGTH_LIMIT);
  for (const variable of UNSUPPORTED) {
    reader.find(variable);
    reader.ignore(variable);
  }
}

function inTableOrder(reader: VariableReader): Reading<unknown>['origins'] {
  const origins = reader.origins;
  const entries = OTEL_VARIABLES.flatMap((variable) => {
    const origin = Object.hasOwn(origins, variable.name) ? origins[variable.name] : undefined;
    return origin === undefined ? [] : [[variable.name, origin] as const];
  });
  return Object.fromEntries(entries);
}
