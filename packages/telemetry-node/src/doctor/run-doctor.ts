import type { Issue, OtlpExporterConfig, Reading, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { TelemetrySignal } from '../health/telemetry-health.ts';
import { findApiCopies, ownApiVersion, ownRoot, registeredApiVersion, type ApiCopy } from '../start/api-copies.ts';
import type { GrpcModule } from '../transport/grpc/grpc-module.ts';
import type { DoctorCause, DoctorFailure, DoctorReport } from './doctor-report.ts';
import { isSaidBy, withHint } from './path-hint.ts';

/** Options of {@link runDoctor}. */
export interface DoctorOptions {
  /** Bound of each probe in milliseconds; default 5,000. */
  readonly timeoutMillis?: number;
  /**
   * Folders of the packages among whose dependencies copies of the API are looked for, besides this package; default the
   * working directory.
   */
  readonly apiRoots?: readonly string[];
  /** Files from which optional exporter packages are resolved; default this package and the working directory. */
  readonly resolveFrom?: readonly string[];
  /** The module `@grpc/grpc-js`, from an application that brings it; none is looked for then. */
  readonly grpc?: GrpcModule | undefined;
}

/**
 * Examines a configuration as it was read: tries every exporter with a real, empty request and names
 * the one cause of whatever does not work. Prints nothing and never throws for what it finds.
 */
export async function runDoctor(reading: Reading<TelemetryConfig>, options: DoctorOptions = {}): Promise<DoctorReport> {
  const probe = {
    timeoutMillis: options.timeoutMillis ?? 5_000,
    resolveFrom: options.resolveFrom ?? [import.meta.url, `${process.cwd()}/package.json`],
    grpc: options.grpc,
  };
  const targets = reading.values.disabled ? [] : listExporters(reading.values);
  // Loaded here: whoever only starts telemetry needs neither the probes nor the tables of settings.
  const { probeExporter } = await import('./probe-exporter.ts');
  const probed = await Promise.all(targets.map(({ signal, config }) => probeExporter(signal, config, probe)));
  const exporters = probed.map((exporter) => withHint(exporter, reading.issues));
  const apiCopies = findApiCopies([...(options.apiRoots ?? [process.cwd()]), ownRoot()]);
  const { effectiveSettings } = await import('@dcc-mcp/telemetry-config/environment');
  const failures = [
    ...reading.issues.filter((issue) => !isPortHint(issue) && !isSaidBy(exporters, issue)).map(failureOfIssue),
    ...exporters.flatMap((exporter) => exporter.problem ?? []),
    ...failuresOfCopies(apiCopies),
  ];
  return {
    exitCode: decideExitCode(reading.issues, failures),
    settings: effectiveSettings(reading),
    issues: reading.issues,
    exporters,
    unprobed: listUnprobed(reading.values),
    apiCopies,
    problems: failures,
  };
}

function decideExitCode(issues: readonly Issue[], failures: readonly DoctorFailure[]): DoctorReport['exitCode'] {
  if (issues.some((issue) => issue.severity === 'fatal')) {
    return 2;
  }
  return failures.length > 0 ? 1 : 0;
}

function listExporters(
  config: TelemetryConfig,
): readonly { readonly signal: TelemetrySignal; readonly config: OtlpExporterConfig }[] {
  const traces = config.traces.processors.map(({ exporter }) => ({ signal: 'traces' as const, exporter }));
  const metrics = config.metrics.readers.flatMap((reader) =>
    reader.type === 'periodic' ? [{ signal: 'metrics' as const, exporter: reader.exporter }] : [],
  );
  const logs = config.logs.processors.map(({ exporter }) => ({ signal: 'logs' as const, exporter }));
  return [...traces, ...metrics, ...logs].flatMap(({ signal, exporter }) =>
    exporter.type === 'otlp' ? [{ signal, config: exporter }] : [],
  );
}

/** A guess from a port number; here the port itself is asked, and its answer is the cause. */
function isPortHint({ problem }: Issue): boolean {
  return /\bport\b/.test(problem) && /\b431[78]\b/.test(problem);
}

/** The two mistakes of the settings themselves that have a word of their own. */
function causeOfIssue({ variable, problem }: Issue): DoctorCause {
  if (/scheme/.test(problem)) {
    return 'missing_scheme';
  }
  if (/PROTOCOL$/i.test(variable)) {
    return 'unsupported_protocol';
  }
  return 'invalid_setting';
}

function failureOfIssue(issue: Issue): DoctorFailure {
  const action = issue.fix ?? (issue.expected === undefined ? 'correct or unset it' : `write ${issue.expected}`);
  const message = [issue.problem, ...(issue.instead === undefined ? [] : [issue.instead])].join('; ');
  return { cause: causeOfIssue(issue), subject: issue.variable, message, action };
}

/** Copies of the same version share one registration; an older one that registers first shuts ours out. */
function failuresOfCopies(copies: readonly ApiCopy[]): DoctorFailure[] {
  const own = ownApiVersion();
  const registered = registeredApiVersion();
  const others = copies.filter(({ version }) => version !== own);
  if (others.length === 0 && (registered === undefined || registered === own)) {
    return [];
  }
  const list = others.map(({ version, usedBy }) => `${version} (used by ${usedBy.join(', ')})`).join('; ');
  return [
    {
      cause: 'duplicate_api_copy',
      subject: '@opentelemetry/api',
      message: `beside version ${own} there is ${list === '' ? `a registered ${registered}` : list}: spans of one copy can be lost to the other`,
      action: 'make every package use one version (npm ls @opentelemetry/api; overrides in package.json)',
    },
  ];
}

/** Where telemetry goes that needs nobody to be reached; or why it goes nowhere. */
function listUnprobed({ disabled, traces, metrics, logs }: TelemetryConfig): readonly string[] {
  if (disabled) {
    return ['none: OTEL_SDK_DISABLED is true'];
  }
  const pushed = metrics.readers.filter((reader) => reader.type === 'periodic');
  const onConsole = Object.entries({ traces: traces.processors, metrics: pushed, logs: logs.processors })
    .filter(([, items]) => hasConsole(items))
    .map(([signal]) => `${signal} to the console (standard error)`);
  const listeners = metrics.readers.flatMap((reader) =>
    reader.type === 'prometheus' ? [`metrics for Prometheus on ${reader.host}:${reader.port}`] : [],
  );
  return [...onConsole, ...listeners];
}

function hasConsole(items: readonly { readonly exporter: { readonly type: string } }[]): boolean {
  return items.some(({ exporter }) => exporter.type === 'console');
}
