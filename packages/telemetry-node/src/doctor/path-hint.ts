import type { Issue } from '@dcc-mcp/telemetry-config';
import type { TelemetrySignal } from '../health/telemetry-health.ts';
import type { DoctorExporter } from './doctor-report.ts';

const PATH_HINT = /has no path|the path of each signal/;

/** What the settings say about the path of an exporter's endpoint. */
function pathHint(signal: TelemetrySignal, issues: readonly Issue[]): Issue | undefined {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`;
  const isAbout = (variable: string): boolean => variable === own || variable === 'OTEL_EXPORTER_OTLP_ENDPOINT';
  return issues.find(({ variable, problem }) => isAbout(variable) && PATH_HINT.test(problem));
}

/** A path that the server does not know, with the exact correction where the settings have one. */
export function withHint(exporter: DoctorExporter, issues: readonly Issue[]): DoctorExporter {
  const { problem, signal } = exporter;
  const hint = problem?.cause === 'wrong_path' ? pathHint(signal, issues) : undefined;
  if (problem === undefined || hint?.fix === undefined) {
    return exporter;
  }
  return { ...exporter, problem: { ...problem, action: `${hint.variable}: ${hint.fix}` } };
}

/** Whether the server itself confirmed what the settings led to expect; one mistake is told once. */
export function isSaidBy(exporters: readonly DoctorExporter[], issue: Issue): boolean {
  return exporters.some(
    ({ signal, problem }) => problem?.cause === 'wrong_path' && pathHint(signal, [issue]) !== undefined,
  );
}
