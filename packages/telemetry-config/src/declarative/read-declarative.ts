import { parseConfigFile } from '../config-file/parse-config-file.ts';
import { isRecord, type JsonObject } from '../config-file/record.ts';
import { substituteEnv } from '../config-file/substitute-env.ts';
import { quote } from '../kinds/kind.ts';
import { boolean } from '../kinds/scalar-kinds.ts';
import type { Issue } from '../reading/issue.ts';
import type { Environment } from '../reading/reading.ts';
import type { AttributeLimits, TelemetryConfig } from '../telemetry/telemetry-config.ts';
import { FileNode, type FileNotes } from './file-node.ts';
import { readAttributeLimits, readLoggerProvider, readMeterProvider, readTracerProvider } from './providers.ts';
import { logLevelKind, readPropagators, readResource } from './resource.ts';

/** The newest format this reader was written for. */
const NEWEST_MINOR = 1;
const NO_LIMITS: AttributeLimits = { attributeCount: 128, attributeValueLength: Number.POSITIVE_INFINITY };

/**
 * Reads a declarative configuration file (file_format 1.x). A file that cannot be used leaves a fatal issue and a
 * configuration that exports nothing.
 */
export function readDeclarative(
  file: { readonly name: string; readonly text: string },
  env: Environment,
  notes: FileNotes,
): TelemetryConfig {
  // Its extension says nothing: JSON is YAML too.
  const parsed = parseConfigFile(file.text, `${file.name}.yaml`);
  if (!parsed.ok) {
    notes.issues.push(...parsed.issues.map((issue) => ({ ...issue, variable: file.name, expected: 'YAML' })));
    return readRoot(new FileNode({}, '', notes));
  }
  const { value, issues } = substituteEnv(parsed.value, env, 'opentelemetry');
  notes.issues.push(...issues);
  const root: JsonObject = isRecord(value) ? value : {};
  const problem = formatProblem(root['file_format']);
  if (problem !== undefined) {
    notes.issues.push(problem);
  }
  return readRoot(new FileNode(problem?.severity === 'fatal' ? {} : root, '', notes));
}

function formatProblem(format: unknown): Issue | undefined {
  const expected = '"1.0" or "1.1"';
  const variable = 'file_format';
  if (format === undefined || format === null || format === '') {
    return { variable, problem: 'it is missing, so the file cannot be read', expected, severity: 'fatal' };
  }
  const text = typeof format === 'string' || typeof format === 'number' ? String(format) : '';
  const [, major, minor = '0'] = /^(\d+)(?:\.(\d+))?(?:-[a-z0-9.]+)?$/.exec(text) ?? [];
  if (major !== '1') {
    return {
      variable,
      problem: `${quote(text)} is not supported, so the file is not used`,
      expected,
      severity: 'fatal',
    };
  }
  if (Number(minor) > NEWEST_MINOR) {
    return { variable, problem: `${quote(text)} is newer than what is known here`, expected, severity: 'warning' };
  }
  return undefined;
}

function readRoot(root: FileNode): TelemetryConfig {
  root.raw('file_format');
  const general = readAttributeLimits(root.child('attribute_limits'), NO_LIMITS);
  const values: TelemetryConfig = {
    disabled: root.scalar('disabled', boolean()) ?? false,
    logLevel: root.scalar('log_level', logLevelKind()) ?? 'info',
    resource: readResource(root.child('resource')),
    propagators: readPropagators(root.child('propagator')),
    traces: readTracerProvider(root.child('tracer_provider'), general),
    metrics: readMeterProvider(root.child('meter_provider')),
    logs: readLoggerProvider(root.child('logger_provider'), general),
    semconvStabilityOptIn: [],
  };
  root.finish();
  return values;
}
